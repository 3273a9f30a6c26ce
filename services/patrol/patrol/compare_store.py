"""Every statement on the patrols that one is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.language.values import day_of
from contracts.law.verdict import LONGEST
from contracts.patrol import Patrol
from services.patrol.kept.point import begin_of
from services.patrol.patrol.measuring import Walked
from services.patrol.patrol.standing import JUDGED
from services.runtime.transaction import Transaction

_OVER = [state.value for state in JUDGED]
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Beside:
    """The patrols that another is compared with.

    At the same time and place; earlier ones of the same walker; earlier valid ones of its post in its months.
    """

    together: tuple[Patrol, ...] = ()
    before: tuple[Patrol, ...] = ()
    counted: tuple[Patrol, ...] = ()


MEETING = """
    tstzrange(o.started_at, o.ended_at, '[]') && tstzrange(p.started_at, p.ended_at, '[]')
    AND box(point(o.west, o.south), point(o.east, o.north)) && box(point(p.west, p.south), point(p.east, p.north))
    AND o.digest IS NOT NULL
"""
"""Two patrols, `o` and `p`, at one time and place: as the index has it."""


async def beside(tx: Transaction, walked: Iterable[Walked], most: int) -> dict[UUID, Beside]:
    """What each patrol is compared with: `most` others whose extent it meets at its time, as many earlier ones.

    Of the valid ones of its post and activity since its month began, all.
    """
    some = {one.patrol.id: one.patrol for one in walked if one.fixes}
    found: dict[UUID, dict[str, list[Patrol]]] = {id: {} for id in some}
    rows = await tx.sql.fetch(
        f"""
        WITH p AS MATERIALIZED (
            SELECT p.*, asked.since FROM unnest($1::uuid[], $2::timestamptz[]) AS asked (id, since)
            JOIN patrols p USING (id)
        )
        SELECT p.id, 'together' AS compared, o.body FROM p, LATERAL (
            -- OFFSET 0 keeps it a look into the index of times and places.
            SELECT * FROM (SELECT * FROM patrols o WHERE {MEETING} OFFSET 0) AS o
            WHERE o.walker <> p.walker ORDER BY o.started_at, o.id LIMIT $3
        ) AS o
        UNION ALL
        SELECT p.id, 'before', o.body FROM p, LATERAL (
            SELECT body FROM patrols o
            WHERE o.walker = p.walker AND (o.started_at, o.id) < (p.started_at, p.id)
              AND o.west <= p.east AND o.east >= p.west AND o.south <= p.north AND o.north >= p.south
            ORDER BY o.started_at DESC, o.id DESC LIMIT $3
        ) AS o
        UNION ALL
        SELECT p.id, 'counted', o.body FROM p JOIN patrols o
            ON o.post_id = p.post_id AND o.started_at < p.started_at AND o.started_at > p.since - $4::interval
            AND o.ended_at >= p.since AND o.verdict = 'valid'
        """,
        list(some),
        [_month_of(one.started_at) for one in some.values() if one.started_at is not None],
        most,
        LONGEST,
    )
    for row in rows:
        other = Patrol.model_validate_json(row["body"])
        if row["compared"] != "counted" or other.activity is some[row["id"]].activity:
            found[row["id"]].setdefault(row["compared"], []).append(other)
    return {id: Beside(**{name: tuple(its) for name, its in compared.items()}) for id, compared in found.items()}


def _month_of(at: datetime) -> datetime:
    """When the month of a time begins in China."""
    return begin_of(day_of(at).replace(day=1))


async def keep_extents(tx: Transaction, walked: Sequence[Walked]) -> list[UUID]:
    """Write down of what points patrols were measured; those of which they are others than before."""
    extents = [one.extent or (None, None, None, None) for one in walked]
    rows = await tx.sql.fetch(
        """
        UPDATE patrols p SET digest = new.digest, west = new.west, south = new.south, east = new.east, north = new.north
        FROM unnest($1::uuid[], $2::bytea[], $3::float8[], $4::float8[], $5::float8[], $6::float8[])
             AS new (id, digest, west, south, east, north)
        WHERE p.id = new.id AND p.digest IS DISTINCT FROM new.digest RETURNING p.id
        """,
        [one.patrol.id for one in walked],
        [one.digest for one in walked],
        *([extent[n] for extent in extents] for n in range(4)),
    )
    return [row["id"] for row in rows]


async def mark_later(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Have those judged by whose post a patrol was walked before that counts now, or no longer does."""
    await tx.sql.execute(
        """
        UPDATE patrols o SET judge_at = $2 FROM patrols p
        WHERE p.id = ANY($1::uuid[]) AND o.post_id = p.post_id AND o.id <> p.id AND o.started_at > p.started_at
          AND o.started_at < p.started_at + $4::interval AND o.digest IS NOT NULL AND o.state = ANY($3::text[])
          AND (o.judge_at IS NULL OR o.judge_at > $2)
        """,
        list(ids),
        tx.now,
        _OVER,
        _MONTH + LONGEST,
    )


async def mark_compared(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Have those judged that are compared with patrols whose points are others than before."""
    await tx.sql.execute(
        f"""
        WITH p AS MATERIALIZED (
            SELECT * FROM patrols WHERE id = ANY($1::uuid[]) AND digest IS NOT NULL
        ), compared AS MATERIALIZED (
            SELECT o.id FROM p, LATERAL (SELECT * FROM patrols o WHERE {MEETING} OFFSET 0) AS o
            UNION
            SELECT o.id FROM p JOIN patrols o
                ON o.walker = p.walker AND o.started_at >= p.started_at
                AND o.started_at < p.started_at + $4::interval
                AND o.west <= p.east AND o.east >= p.west AND o.south <= p.north AND o.north >= p.south
        )
        UPDATE patrols o SET judge_at = $2 FROM compared
        WHERE o.id = compared.id AND o.id <> ALL($1::uuid[]) AND o.digest IS NOT NULL AND o.state = ANY($3::text[])
          AND (o.judge_at IS NULL OR o.judge_at > $2)
        """,
        list(ids),
        tx.now,
        _OVER,
        _MONTH,
    )
