"""Terminals and whose hands they are in."""
