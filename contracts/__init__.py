"""The language every part of linzhang speaks; needs pydantic and nothing else."""
