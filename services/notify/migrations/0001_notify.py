"""Tables of notify."""

from services.runtime.tables.migrate import run_sql

revision = "notify_0001"
down_revision = None
branch_labels = ("notify",)


def upgrade() -> None:
    run_sql(__file__)
