"""How much waits for roster's clocks, and what a law that was taken up has them look at again."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.language.values import day_of
from services.runtime.transaction import Transaction


async def due(tx: Transaction) -> dict[str, int]:
    """By what it waits for."""
    row = await tx.sql.fetchrow(
        """
        SELECT (SELECT count(*) FROM holders WHERE look_on <= $1) AS holders,
               (SELECT count(*) FROM coverages WHERE look_on <= $1) AS coverages,
               (SELECT count(*) FROM entries WHERE look_on <= $1) AS entries
        """,
        day_of(tx.now),
    )
    return dict(row or {})


async def take_law(tx: Transaction, names: Sequence[str]) -> tuple[str, int, str] | None:
    """A law of these by a text of which not all that it judges is marked yet: the text, and behind what to go on."""
    await tx.sql.execute(
        """
        INSERT INTO law_looks (law, number) SELECT DISTINCT law, 0 FROM laws WHERE law = ANY($1::text[])
        ON CONFLICT DO NOTHING
        """,
        names,
    )
    row = await tx.sql.fetchrow(
        """
        SELECT l.law, n.number, CASE WHEN l.number = n.number THEN l.after ELSE '' END AS after
        FROM law_looks l JOIN (SELECT law, max(number) AS number FROM laws GROUP BY law) AS n USING (law)
        WHERE l.law = ANY($1::text[]) AND (l.number < n.number OR l.after IS NOT NULL)
        ORDER BY l.law LIMIT 1 FOR UPDATE OF l SKIP LOCKED
        """,
        names,
    )
    return None if row is None else (row["law"], row["number"], row["after"])


async def keep_law(tx: Transaction, law: str, number: int, after: str | None) -> None:
    """How far the marking has come; None where it is done."""
    await tx.sql.execute("UPDATE law_looks SET number = $2, after = $3 WHERE law = $1", law, number, after)


async def mark_entries(tx: Transaction, registers: Sequence[str], after: str, most: int) -> str | None:
    """Have the next entries of some registers looked at; behind which of them to go on, None where these were all."""
    register, _, id = after.partition("/")
    last: str | None = await tx.sql.fetchval(
        """
        WITH next AS (
            SELECT register, id FROM entries WHERE register = ANY($1::text[]) AND (register, id) > ($2, $3)
            ORDER BY register, id LIMIT $4 FOR UPDATE
        ), marked AS (
            UPDATE entries SET look_on = least(look_on, $5) FROM next
            WHERE (entries.register, entries.id) = (next.register, next.id)
        )
        SELECT register || '/' || id FROM next ORDER BY register, id OFFSET $4 - 1
        """,
        registers,
        register,
        id,
        most,
        day_of(tx.now),
    )
    return last


async def mark_coverages(tx: Transaction, after: str, most: int) -> str | None:
    """The same of areas whose coverage is kept."""
    last: str | None = await tx.sql.fetchval(
        """
        WITH next AS (
            SELECT area_id FROM coverages WHERE area_id > $1 ORDER BY area_id LIMIT $2 FOR UPDATE
        ), marked AS (
            UPDATE coverages SET look_on = least(look_on, $3) FROM next WHERE coverages.area_id = next.area_id
        )
        SELECT area_id FROM next ORDER BY area_id OFFSET $2 - 1
        """,
        after,
        most,
        day_of(tx.now),
    )
    return last
