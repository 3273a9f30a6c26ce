"""Starts cases."""

from services.cases.service import cases

cases.main()
