"""Starts targets."""

from services.targets.service import targets

targets.main()
