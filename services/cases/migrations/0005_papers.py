"""Letters are official papers: numbered by office and year, one for each addressee, campaign, rung and day."""

from services.runtime.tables.migrate import run_sql

revision = "cases_0005"
down_revision = "cases_0004"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
