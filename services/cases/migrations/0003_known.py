"""What is known up to a cut-off stays known: entries, links of one site, where a case counted at each move."""

from services.runtime.tables.migrate import run_sql

revision = "cases_0003"
down_revision = "cases_0002"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
