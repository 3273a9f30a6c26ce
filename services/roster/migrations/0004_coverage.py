"""Forest land, and how grids cover it."""

from services.runtime.tables.migrate import run_sql

revision = "roster_0004"
down_revision = "roster_0003"
branch_labels = None
lives_with = dict.fromkeys(
    ("forest_lands.forest_lands_area_id_fkey", "coverages.coverages_area_id_fkey", "gaps.gaps_area_id_fkey"),
    "no release takes an area away: it ends",
)


def upgrade() -> None:
    run_sql(__file__)
