"""What becomes of a case besides its way."""
