"""What the system's speed and size are measured by; nothing here is a test that can pass or fail."""
