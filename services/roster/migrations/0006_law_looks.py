"""How far the registers and areas have been looked at again since their laws were taken up."""

from services.runtime.tables.migrate import run_sql

revision = "roster_0006"
down_revision = "roster_0005"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
