"""Whose hands terminals are in, what their phones say of themselves, and clocks that run wrong."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0010"
down_revision = "patrol_0009"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
