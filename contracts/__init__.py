"""The language every part of linzhang speaks; needs pydantic and nothing else."""

VERSION = "1.0.0"
"""Its own: fields and messages that come make the second number rise, a break the first."""
