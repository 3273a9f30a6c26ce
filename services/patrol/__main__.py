"""Starts patrol."""

from services.patrol.handlers import patrol

patrol.main()
