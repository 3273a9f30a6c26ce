"""Posts and their holders."""
