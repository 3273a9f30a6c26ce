"""A missed day is told once for its owner."""

from services.runtime.tables.migrate import run_sql

revision = "cases_0006"
down_revision = "cases_0005"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
