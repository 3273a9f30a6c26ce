"""Starts roster."""

from services.roster.service import roster
from services.runtime.replica.serve import serve

serve(roster)
