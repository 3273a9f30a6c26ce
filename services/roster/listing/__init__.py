"""Which places and posts there are."""
