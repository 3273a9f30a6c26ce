"""Patrols with their moves, verdicts and appeals, and which terminals have been heard of since they were looked at."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0011"
down_revision = "patrol_0010"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
