"""Starts notify."""

from services.notify.service import notify
from services.runtime.replica.serve import serve

serve(notify)
