"""Work on the ground: plots and what is done on them, natural forest, reports of stations."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0012"
down_revision = "patrol_0011"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
