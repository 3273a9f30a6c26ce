"""Cases that reports open."""
