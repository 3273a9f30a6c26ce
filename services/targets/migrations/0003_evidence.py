"""What a progress report says is known whole."""

from services.runtime.tables.migrate import run_sql

revision = "targets_0003"
down_revision = "targets_0002"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
