"""When incidents were reported, located and verified, and what was told of how quickly that went."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0015"
down_revision = "patrol_0014"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
