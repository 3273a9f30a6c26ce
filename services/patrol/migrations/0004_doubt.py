"""What was refused of a terminal is remembered, and what a batch said."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0004"
down_revision = "patrol_0003"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
