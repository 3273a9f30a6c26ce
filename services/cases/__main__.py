"""Starts cases."""

from services.cases.service import cases
from services.runtime.replica.serve import serve

serve(cases)
