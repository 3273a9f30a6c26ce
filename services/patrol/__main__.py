"""Starts patrol."""

from services.patrol.service import patrol
from services.runtime.replica.serve import serve

serve(patrol)
