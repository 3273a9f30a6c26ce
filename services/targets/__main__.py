"""Starts targets."""

from services.runtime.replica.serve import serve
from services.targets.service import targets

serve(targets)
