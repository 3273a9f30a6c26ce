"""Duties, and the patrols they are met by."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0007"
down_revision = "patrol_0006"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
