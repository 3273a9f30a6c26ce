"""Every statement on patrols and their moves."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from contracts.patrol import Patrol, PatrolMove
from services.patrol.kept.point import begin_of
from services.patrol.patrol.course import Moved, Said
from services.patrol.patrol.standing import Named
from services.runtime.transaction import Transaction

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A patrol as it is kept, and when the clock looks at it next."""

    patrol: Patrol
    terminal_source: str | None
    incidents: tuple[str, ...]
    judge_at: datetime | None
    watch_at: datetime | None
    silent: bool = False
    by_law: int | None = None
    """The number of the text of the rules by which it was judged last."""
    final_on: date | None = None
    """The last day on which another text may still change its verdict; None while that is open."""

    def is_final(self, today: date) -> bool:
        return self.final_on is not None and self.final_on < today


async def lock(tx: Transaction, ids: Iterable[UUID]) -> None:
    """Nobody else moves these patrols until the transaction ends; taken in one order."""
    await tx.sql.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest($1::text[]) AS id",
        sorted({f"patrol {one}" for one in ids}),
    )


async def add_moves(tx: Transaction, moves: Sequence[tuple[UUID, Moved, str]], most_bytes: int) -> set[UUID]:
    """Moves of patrols, with who told them; one that is known already is nothing new.

    Returns the patrols of which more would have been said than `most_bytes`: of these nothing was added.
    """
    bodies = [moved.said.model_dump_json(exclude_defaults=True) for _, moved, _ in moves]
    rows = await tx.sql.fetch(
        """
        WITH told AS (
            INSERT INTO patrol_moves (patrol, move, at, digest, body, told_by)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bytea[], $5::text[], $6::text[])
            ON CONFLICT DO NOTHING RETURNING patrol, move, at, digest, octet_length(body) AS bytes
        )
        SELECT patrol, array_agg(move) AS moves, array_agg(at) AS ats, array_agg(digest) AS digests
        FROM told GROUP BY patrol
        HAVING sum(bytes) + (SELECT coalesce(sum(octet_length(known.body)), 0) FROM patrol_moves AS known
                             WHERE known.patrol = told.patrol) > $7
        """,
        [id for id, _, _ in moves],
        [moved.move.value for _, moved, _ in moves],
        [moved.at for _, moved, _ in moves],
        [hashlib.blake2b(body.encode(), digest_size=16).digest() for body in bodies],
        bodies,
        [by for _, _, by in moves],
        most_bytes,
    )
    for row in rows:
        await tx.sql.execute(
            """
            DELETE FROM patrol_moves WHERE patrol = $1 AND (move, at, digest) IN (
                SELECT * FROM unnest($2::text[], $3::timestamptz[], $4::bytea[]))
            """,
            *row,
        )
    return {row["patrol"] for row in rows}


async def moves_of(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, list[Moved]]:
    rows = await tx.sql.fetch(
        "SELECT patrol, move, at, body FROM patrol_moves WHERE patrol = ANY($1::uuid[])", list(ids)
    )
    found: dict[UUID, list[Moved]] = {id: [] for id in ids}
    for row in rows:
        moved = Moved(PatrolMove(row["move"]), row["at"], Said.model_validate_json(row["body"]))
        found[row["patrol"]].append(moved)
    return found


_KEPT = "id, terminal_source, incidents, judge_at, watch_at, silent, by_law, final_on, body"


def _kept(row: asyncpg.Record) -> Kept:
    return Kept(
        Patrol.model_validate_json(row["body"]),
        row["terminal_source"],
        tuple(row["incidents"]),
        row["judge_at"],
        row["watch_at"],
        row["silent"],
        row["by_law"],
        row["final_on"],
    )


async def kept(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, Kept]:
    """Patrols as they stand; their rows are locked until the transaction ends."""
    rows = await tx.sql.fetch(
        f"SELECT {_KEPT} FROM patrols WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(ids)
    )
    return {row["id"]: _kept(row) for row in rows}


async def shown(tx: Transaction, id: UUID) -> Patrol | None:
    body = await tx.sql.fetchval("SELECT body FROM patrols WHERE id = $1", id)
    return None if body is None else Patrol.model_validate_json(body)


async def save(tx: Transaction, all: Sequence[Kept]) -> None:
    """Patrols as they stand now."""
    patrols = [one.patrol for one in all]
    await tx.sql.execute(
        """
        INSERT INTO patrols (id, source, external_id, post_id, division, walker, person_id, terminal_source, terminal,
                             state, verdict, appealed, planned_on, started_at, ended_at, judge_at, watch_at, silent,
                             by_law, final_on, incidents, body)
        SELECT id, source, external_id, post_id, division, walker, person_id, terminal_source, terminal, state, verdict,
               appealed, planned_on, started_at, ended_at, judge_at, watch_at, silent, by_law, final_on,
               coalesce(string_to_array(nullif(incidents, ''), E'\\n'), '{}'), body
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::text[], $10::text[], $11::text[], $12::boolean[], $13::date[], $14::timestamptz[],
                    $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::boolean[],
                    $19::bigint[], $20::date[], $21::text[], $22::text[])
             AS new (id, source, external_id, post_id, division, walker, person_id, terminal_source, terminal, state,
                     verdict, appealed, planned_on, started_at, ended_at, judge_at, watch_at, silent, by_law, final_on,
                     incidents, body)
        ON CONFLICT (id) DO UPDATE SET
            post_id = excluded.post_id, division = excluded.division, walker = excluded.walker,
            person_id = excluded.person_id, terminal_source = excluded.terminal_source, terminal = excluded.terminal,
            state = excluded.state, verdict = excluded.verdict, appealed = excluded.appealed,
            planned_on = excluded.planned_on, started_at = excluded.started_at, ended_at = excluded.ended_at,
            judge_at = excluded.judge_at, watch_at = excluded.watch_at, silent = excluded.silent,
            by_law = excluded.by_law, final_on = excluded.final_on, incidents = excluded.incidents, body = excluded.body
        """,
        [one.id for one in patrols],
        [one.source for one in patrols],
        [one.external_id for one in patrols],
        [one.post_id for one in patrols],
        [one.division for one in patrols],
        [walker_of(one) for one in patrols],
        [one.person and one.person.id for one in patrols],
        [one.terminal_source for one in all],
        [one.terminal for one in patrols],
        [one.state.value for one in patrols],
        [one.verdict.state.value for one in patrols],
        [one.verdict.appeal is not None and one.verdict.appeal.state.value == "open" for one in patrols],
        [one.planned_on for one in patrols],
        [one.started_at for one in patrols],
        [one.ended_at for one in patrols],
        [one.judge_at for one in all],
        [one.watch_at for one in all],
        [one.silent for one in all],
        [one.by_law for one in all],
        [one.final_on for one in all],
        ["\n".join(one.incidents) for one in all],
        [one.model_dump_json() for one in patrols],
    )


def walker_of(patrol: Patrol) -> str:
    """Who is on a patrol: a person is on one at a time, whatever posts they hold."""
    return f"person {patrol.person.id}" if patrol.person else f"post {patrol.post_id}"


async def next_begins(tx: Transaction, begun: Mapping[UUID, tuple[str, datetime]]) -> dict[UUID, datetime]:
    """Of patrols, by walker and beginning, when the next one of the same walker began."""
    rows = await tx.sql.fetch(
        """
        SELECT asked.id, n.started_at
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS asked (id, walker, started_at), LATERAL (
            SELECT started_at FROM patrols
            WHERE walker = asked.walker AND (started_at, id) > (asked.started_at, asked.id)
            ORDER BY started_at, id LIMIT 1
        ) AS n
        """,
        list(begun),
        [walker for walker, _ in begun.values()],
        [started_at for _, started_at in begun.values()],
    )
    return {row["id"]: row["started_at"] for row in rows}


async def look_at_those_before(tx: Transaction, begun: Mapping[UUID, tuple[str, datetime]], since: datetime) -> None:
    """Have the clock look at the patrols of the same walkers that began before: they end where the next one begins."""
    await tx.sql.execute(
        """
        UPDATE patrols p SET watch_at = $4
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS new (id, walker, started_at)
        WHERE p.walker = new.walker AND p.id <> new.id AND p.started_at <= new.started_at AND p.started_at > $5
          AND (p.ended_at IS NULL OR p.ended_at > new.started_at)
        """,
        list(begun),
        [walker for walker, _ in begun.values()],
        [started_at for _, started_at in begun.values()],
        tx.now,
        since,
    )


async def carrying(tx: Transaction, asked: Sequence[tuple[str, str, datetime]]) -> list[tuple[str, str] | None]:
    """Of terminals at a time, the person and the post in whose hands they were."""
    rows = await tx.sql.fetch(
        """
        SELECT asked.n, h.person_id, h.post_id
        FROM unnest($1::text[], $2::text[], $3::timestamptz[]) WITH ORDINALITY AS asked (source, terminal, at, n)
        JOIN holdings h ON h.source = asked.source AND h.terminal = asked.terminal AND h.carried_from <= asked.at
                       AND (h.carried_to IS NULL OR h.carried_to > asked.at)
        """,
        [source for source, _, _ in asked],
        [terminal for _, terminal, _ in asked],
        [at for _, _, at in asked],
    )
    found = {row["n"]: (row["person_id"], row["post_id"]) for row in rows}
    return [found.get(n) for n in range(1, len(asked) + 1)]


async def listed(
    tx: Transaction,
    within: str,
    post_id: str | None,
    state: str | None,
    verdict: str | None,
    on: date | None,
    appealed: bool,
    limit: int,
) -> list[Patrol]:
    """Of a day are those that went on at a time of it, one that is open up to now, and those planned for it."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM patrols
        WHERE division LIKE $1 AND ($2::text IS NULL OR post_id = $2) AND ($3::text IS NULL OR state = $3)
          AND ($4::text IS NULL OR verdict = $4) AND (NOT $7 OR appealed)
          AND ($5::timestamptz IS NULL OR (started_at < $6 AND coalesce(ended_at, $9) >= $5)
               OR (started_at IS NULL AND planned_on = $10))
        ORDER BY started_at DESC NULLS FIRST, id LIMIT $8
        """,
        f"{within}%",
        post_id,
        state,
        verdict,
        begin_of(on) if on else None,
        begin_of(on + _DAY) if on else None,
        appealed,
        limit,
        tx.now,
        on,
    )
    return [Patrol.model_validate_json(row["body"]) for row in rows]


def named_of(patrol: Patrol) -> Named:
    return Named(patrol.id, patrol.source, patrol.external_id)
