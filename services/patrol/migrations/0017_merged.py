"""How far plots are, what names no evidence any more, how far a sweep has come, and into which cases others went."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0017"
down_revision = "patrol_0016"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
