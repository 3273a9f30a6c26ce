"""How far plots of dead pines are, for targets that count them."""

from services.runtime.tables.migrate import run_sql

revision = "targets_0004"
down_revision = "targets_0003"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
