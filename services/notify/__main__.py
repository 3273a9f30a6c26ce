"""Starts notify."""

from services.notify.handlers import notify

notify.main()
