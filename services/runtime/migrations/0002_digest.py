"""What a used id was used for."""

from services.runtime.tables.migrate import run_sql

revision = "runtime_0002"
down_revision = "runtime_0001"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
