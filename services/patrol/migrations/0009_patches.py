"""Suspect patches, and what each came to."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0009"
down_revision = "patrol_0008"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
