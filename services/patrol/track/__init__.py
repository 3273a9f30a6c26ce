"""Tracks of terminals."""
