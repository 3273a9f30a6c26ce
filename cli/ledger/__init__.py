"""Ledgers on screen, on paper and from other offices' files."""
