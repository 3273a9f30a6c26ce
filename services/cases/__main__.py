"""Starts cases."""

from services.cases.handlers import cases

cases.main()
