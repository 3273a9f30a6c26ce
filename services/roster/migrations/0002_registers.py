"""The registers and what is found in them."""

from services.runtime.tables.migrate import run_sql

revision = "roster_0002"
down_revision = "roster_0001"
branch_labels = None
lives_with = {"entries.entries_area_id_fkey": "no release takes an area away: it ends"}


def upgrade() -> None:
    run_sql(__file__)
