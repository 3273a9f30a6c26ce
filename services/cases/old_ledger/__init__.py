"""Cases of old ledgers."""
