"""What every post must walk in a period, and what became of it."""
