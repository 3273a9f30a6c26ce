"""How commands are answered."""
