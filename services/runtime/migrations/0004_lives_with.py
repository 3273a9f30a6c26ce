"""Which code the schema serves."""

from services.runtime.tables.migrate import run_sql

revision = "runtime_0004"
down_revision = "runtime_0003"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
