"""Tables of targets."""

from services.runtime.tables.migrate import run_sql

revision = "targets_0001"
down_revision = None
branch_labels = ("targets",)


def upgrade() -> None:
    run_sql(__file__)
