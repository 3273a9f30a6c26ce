"""Reference data that a service hears and keeps."""
