"""Laws that were taken up."""

from services.runtime.tables.migrate import run_sql

revision = "runtime_0005"
down_revision = "runtime_0004"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
