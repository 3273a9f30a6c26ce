"""Starts targets."""

from services.targets.handlers import targets

targets.main()
