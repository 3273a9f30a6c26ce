"""Cases that no report opens."""
