"""The leading groups of city and counties."""
