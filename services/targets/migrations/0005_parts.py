"""What each target is a part of."""

from services.runtime.tables.migrate import run_sql

revision = "targets_0005"
down_revision = "targets_0004"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
