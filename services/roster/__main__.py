"""Starts roster."""

from services.roster.handlers import roster

roster.main()
