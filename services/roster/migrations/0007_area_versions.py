"""Every state of an area with when it was recorded."""

from services.runtime.tables.migrate import run_sql

revision = "roster_0007"
down_revision = "roster_0006"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
