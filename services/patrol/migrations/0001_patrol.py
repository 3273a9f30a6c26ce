"""Tables of patrol."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0001"
down_revision = None
branch_labels = ("patrol",)


def upgrade() -> None:
    run_sql(__file__)
