"""The rangers' files against the standard of their county."""
