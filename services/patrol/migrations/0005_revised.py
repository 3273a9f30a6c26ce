"""Whether an incident was an alarm, and who corroborates it."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0005"
down_revision = "patrol_0004"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
