"""Evidence: bytes that are checked and kept, what names them, and when they go."""
