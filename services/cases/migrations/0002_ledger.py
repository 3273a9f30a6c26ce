"""The machine whole: cases that no report opened, the ledger, letters, reviews, causes."""

from services.runtime.tables.migrate import run_sql

revision = "cases_0002"
down_revision = "cases_0001"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
