"""Points name their terminal and area by number."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0003"
down_revision = "patrol_0002"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
