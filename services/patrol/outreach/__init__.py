"""What is explained to people, and disputes that are settled."""
