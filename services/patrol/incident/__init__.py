"""Incidents: reports located, linked and revised."""
