"""One replica at work."""
