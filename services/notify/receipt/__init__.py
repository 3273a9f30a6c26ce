"""What people were told, and that they read it."""
