"""The cases that a review looked at show it in their history."""

from services.runtime.tables.migrate import run_sql

revision = "cases_0004"
down_revision = "cases_0003"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
