"""What was seen, where, by whom; and what was walked."""
