"""What roster's registers bring into the book."""
