"""Tables of cases."""

from services.runtime.tables.migrate import run_sql

revision = "cases_0001"
down_revision = None
branch_labels = ("cases",)


def upgrade() -> None:
    run_sql(__file__)
