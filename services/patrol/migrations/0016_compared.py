"""By what patrols are found that are compared with one, and by which text of the rules each is judged."""

from services.runtime.tables.migrate import run_sql

revision = "patrol_0016"
down_revision = "patrol_0015"
branch_labels = None


def upgrade() -> None:
    run_sql(__file__)
