"""Divisions have days in force and successors."""

from services.runtime.tables.migrate import run_sql

revision = "cases_0007"
down_revision = "cases_0006"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
