"""The work of the demo on the ground, and what must come of it."""
