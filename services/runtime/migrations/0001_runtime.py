"""Tables of the runtime, the same in every service's schema."""

from services.runtime.tables.migrate import run_sql

revision = "runtime_0001"
down_revision = None
branch_labels = ("runtime",)


def upgrade() -> None:
    run_sql(__file__)
