"""Targets of the plan."""
