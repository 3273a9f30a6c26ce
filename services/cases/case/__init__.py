"""A case on its way."""
