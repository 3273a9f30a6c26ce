"""Whether an incident is resolved follows the newest fact about its case."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0002"
down_revision = "patrol_0001"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
