"""Starts patrol."""

from services.patrol.service import patrol

patrol.main()
