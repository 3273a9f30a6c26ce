"""What undoes a case undoes its entries in records."""

from services.runtime.tables.migrate import run_sql

revision = "targets_0002"
down_revision = "targets_0001"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
