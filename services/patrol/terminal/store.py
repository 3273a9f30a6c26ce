"""Every statement on whose hands terminals are in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from contracts.patrol import Carrying, TerminalHoldings
from services.patrol.kept.store import Span
from services.runtime.transaction import Transaction


async def holdings(tx: Transaction, source: str, terminal: str) -> list[Carrying]:
    """Of one terminal, in the order of time; nobody else changes them until the transaction ends."""
    await tx.sql.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"holdings {source} {terminal}")
    rows = await tx.sql.fetch(
        """
        SELECT person_id, post_id, carried_from, carried_to FROM holdings
        WHERE source = $1 AND terminal = $2 ORDER BY carried_from
        """,
        source,
        terminal,
    )
    return [Carrying(**dict(row)) for row in rows]


async def save(tx: Transaction, source: str, terminal: str, held: Sequence[Carrying]) -> None:
    await tx.sql.execute("DELETE FROM holdings WHERE source = $1 AND terminal = $2", source, terminal)
    await tx.sql.executemany(
        """
        INSERT INTO holdings (source, terminal, person_id, post_id, carried_from, carried_to)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [(source, terminal, one.person_id, one.post_id, one.carried_from, one.carried_to) for one in held],
    )


async def listed(
    tx: Transaction,
    source: str | None,
    terminal: str | None,
    person_id: str | None,
    post_id: str | None,
    after: tuple[str, str],
    most: int,
) -> list[TerminalHoldings]:
    """The next terminals that somebody held, each with all of its holders; `after` a source and its terminal."""
    rows = await tx.sql.fetch(
        """
        SELECT source, terminal, array_agg(person_id ORDER BY carried_from) AS people,
               array_agg(post_id ORDER BY carried_from) AS posts,
               array_agg(carried_from ORDER BY carried_from) AS begun,
               array_agg(carried_to ORDER BY carried_from) AS ended
        FROM holdings
        WHERE ($1::text IS NULL OR source = $1) AND ($2::text IS NULL OR terminal = $2)
          AND (source, terminal) > ($5, $6)
        GROUP BY source, terminal
        HAVING ($3::text IS NULL OR bool_or(person_id = $3)) AND ($4::text IS NULL OR bool_or(post_id = $4))
        ORDER BY source, terminal LIMIT $7
        """,
        source,
        terminal,
        person_id,
        post_id,
        *after,
        most,
    )
    return [
        TerminalHoldings(
            source=row["source"],
            terminal=row["terminal"],
            carriers=tuple(
                Carrying(person_id=person, post_id=post, carried_from=first, carried_to=last)
                for person, post, first, last in zip(
                    row["people"], row["posts"], row["begun"], row["ended"], strict=True
                )
            ),
        )
        for row in rows
    ]


async def carried(tx: Transaction, person_id: str, first: datetime, before: datetime) -> list[Span]:
    """Which terminals a person held between two times, and when: what they took in any other time is not theirs."""
    rows = await tx.sql.fetch(
        """
        SELECT t.number, greatest(h.carried_from, $2) AS first, least(h.carried_to, $3) AS before
        FROM holdings h JOIN terminals t USING (source, terminal)
        WHERE h.person_id = $1 AND h.carried_from < $3 AND (h.carried_to IS NULL OR h.carried_to > $2)
        ORDER BY first, t.number
        """,
        person_id,
        first,
        before,
    )
    return [(row["number"], row["first"], row["before"]) for row in rows]
