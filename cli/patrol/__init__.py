"""What offices give patrol as files: hotspots of satellites."""
