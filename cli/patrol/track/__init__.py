"""Tracks in the formats that terminals and their makers export."""
