"""Responsibility areas."""
