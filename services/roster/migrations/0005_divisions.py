"""Divisions are told by themselves."""

from services.runtime.tables.migrate import run_sql

revision = "roster_0005"
down_revision = "roster_0004"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
