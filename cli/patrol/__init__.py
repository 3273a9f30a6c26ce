"""Duties and patrols, and what offices give patrol as files: hotspots of satellites."""
