"""Points of past days, packed by terminal and day."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0006"
down_revision = "patrol_0005"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
