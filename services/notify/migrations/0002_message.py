"""A thing to tell is known by the fact behind it."""

from services.runtime.tables.migrate import run_sql

revision = "notify_0002"
down_revision = "notify_0001"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
