"""First steps of incidents, outreach and disputes, reports of passers-by."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0013"
down_revision = "patrol_0012"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
