"""Every statement on the texts of the rules by which patrols are judged."""

from __future__ import annotations

from contracts.language.values import day_of
from services.patrol.patrol.law import VERDICT
from services.patrol.patrol.standing import JUDGED
from services.runtime.transaction import Transaction

_OVER = [state.value for state in JUDGED]
_TAKEN_UP = "verdicts follow"
"""The counter of the text that all verdicts follow which are not final."""


async def newest(tx: Transaction) -> int:
    """The number of the text in force; 0 for the one shipped."""
    number: int = await tx.sql.fetchval("SELECT coalesce(max(number), 0) FROM laws WHERE law = $1", VERDICT.name)
    return number


async def mark_unfollowing(tx: Transaction, most: int) -> int:
    """Have so many of those judged whose verdict is not final and follows a text that another has taken the place of.

    How many there were. One replica marks or judges at a time.
    """
    number = await newest(tx)
    followed = await tx.sql.fetchval("SELECT value FROM counters WHERE name = $1", _TAKEN_UP)
    if number == (followed or 0):
        return 0
    if not await tx.sql.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended('judging patrols', 0))"):
        return 0
    marked = await tx.sql.fetch(
        """
        WITH open AS MATERIALIZED (
            SELECT id FROM patrols WHERE final_on >= $2 AND coalesce(by_law, 0) < $1 AND state = ANY($4::text[])
            UNION
            SELECT id FROM patrols
            WHERE (verdict = 'pending' OR appealed) AND coalesce(by_law, 0) < $1 AND state = ANY($4::text[])
            LIMIT $5
        )
        UPDATE patrols SET judge_at = $3, by_law = $1 FROM open WHERE patrols.id = open.id RETURNING 1
        """,
        number,
        day_of(tx.now),
        tx.now,
        _OVER,
        most,
    )
    if len(marked) < most:
        await tx.sql.execute(
            """
            INSERT INTO counters (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """,
            _TAKEN_UP,
            number,
        )
    return len(marked)
