"""Starts roster."""

from services.roster.service import roster

roster.main()
