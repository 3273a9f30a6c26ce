"""Evidence: what is kept, what names it, and uploads that were begun."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0014"
down_revision = "patrol_0013"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
