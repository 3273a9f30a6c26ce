"""Where the service's own stream ends, so that one that lost what it was told is noticed."""

from services.runtime.tables.migrate import run_sql

revision = "runtime_0003"
down_revision = "runtime_0002"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
