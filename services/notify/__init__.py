"""Tells the right person, once, in time."""
