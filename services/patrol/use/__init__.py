"""Whether rangers use the system."""
