"""Who holds posts from day to day, and who stands in."""

from services.runtime.tables.migrate import run_sql

revision = "roster_0003"
down_revision = "roster_0002"
branch_labels = None
lives_with = dict.fromkeys(
    ("holders.holders_post_id_fkey", "stand_ins.stand_ins_post_id_fkey"), "no release takes a post away: it ends"
)


def upgrade() -> None:
    run_sql(__file__)
