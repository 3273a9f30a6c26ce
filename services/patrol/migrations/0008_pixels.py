"""Which incidents are pixels of a satellite's sensor."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0008"
down_revision = "patrol_0007"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
