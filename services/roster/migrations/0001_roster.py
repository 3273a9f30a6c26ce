"""Tables of roster."""

from services.runtime.tables.migrate import run_sql

revision = "roster_0001"
down_revision = None
branch_labels = ("roster",)


def upgrade() -> None:
    run_sql(__file__)
