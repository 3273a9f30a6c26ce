"""Suspect patches: what inspection from above found, and what it came to."""
