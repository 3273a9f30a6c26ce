"""Open cases are counted by state."""

from services.runtime.tables.migrate import run_sql

revision = "cases_0008"
down_revision = "cases_0007"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
