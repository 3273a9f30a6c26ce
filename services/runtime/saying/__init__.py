"""What may be said in logs and dead letters, and how."""
