"""What is told, once."""
