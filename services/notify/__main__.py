"""Starts notify."""

from services.notify.service import notify

notify.main()
