"""Starts cases."""

from services.cases.clock import cases

cases.main()
