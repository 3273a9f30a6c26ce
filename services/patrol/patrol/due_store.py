"""Every statement on what time and late points bring to patrols."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from contracts.patrol import Patrol, TerminalState
from services.patrol.kept import packed
from services.patrol.kept import store as kept_store
from services.patrol.kept.point import Points
from services.patrol.patrol.measuring import Walked, spans_of, walked
from services.patrol.patrol.standing import JUDGED
from services.runtime.transaction import Transaction

_OVER = [state.value for state in JUDGED]


async def mark_fresh(tx: Transaction, most: int) -> int:
    """Have those patrols judged to which new points of some terminals may belong; how many terminals there were.

    One of which a silence was told is looked at again: it may fall silent once more.
    """
    count: int = await tx.sql.fetchval(
        """
        WITH heard AS MATERIALIZED (
            SELECT number, source, terminal, fresh_from, fresh_to FROM terminals WHERE fresh
            ORDER BY number LIMIT $1 FOR UPDATE SKIP LOCKED
        ), looked AS (
            UPDATE terminals t SET fresh = false, fresh_from = NULL, fresh_to = NULL
            FROM heard WHERE t.number = heard.number RETURNING 1
        ), touched AS (
            SELECT p.id FROM heard JOIN holdings h USING (source, terminal)
            JOIN patrols p ON p.walker = 'person ' || h.person_id AND p.started_at <= heard.fresh_to
                          AND (p.ended_at IS NULL OR p.ended_at >= heard.fresh_from)
            UNION
            SELECT p.id FROM heard
            JOIN patrols p ON p.terminal_source = heard.source AND p.terminal = heard.terminal
                          AND p.started_at <= heard.fresh_to
                          AND (p.ended_at IS NULL OR p.ended_at >= heard.fresh_from)
        ), marked AS (
            UPDATE patrols p
            SET judge_at = CASE WHEN p.state = ANY($3::text[]) THEN $2 ELSE p.judge_at END,
                watch_at = CASE WHEN p.silent THEN $2 ELSE p.watch_at END,
                silent = false
            FROM touched WHERE p.id = touched.id AND (p.silent OR p.state = ANY($3::text[])) RETURNING 1
        )
        SELECT (SELECT count(*) FROM looked) + 0 * (SELECT count(*) FROM marked)
        """,
        most,
        tx.now,
        _OVER,
    )
    return count


async def hands_changed(
    tx: Transaction, people: Collection[str], named: tuple[str, str], first: datetime, before: datetime | None
) -> None:
    """Have the patrols of people judged in whose hands a terminal was otherwise than was known, and those that name it.

    `named` is the terminal, by its source and name: in nobody's hands its points are of who named it.
    """
    await tx.sql.execute(
        """
        UPDATE patrols SET judge_at = $4
        WHERE (walker = ANY($1::text[]) OR (terminal_source, terminal) = ($6, $7))
          AND state = ANY($5::text[]) AND ended_at >= $2 AND ($3::timestamptz IS NULL OR started_at < $3)
        """,
        [f"person {one}" for one in people],
        first,
        before,
        tx.now,
        _OVER,
        *named,
    )


async def judge_alone(tx: Transaction) -> None:
    """Wait until nobody else judges: each marks those that it compares, and two would wait for each other."""
    await tx.sql.execute("SELECT pg_advisory_xact_lock(hashtextextended('judging patrols', 0))")


async def take_due(tx: Transaction, most: int) -> list[UUID]:
    """Patrols that are to be judged now; locked, those that wait longest first. One replica judges at a time."""
    if not await tx.sql.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended('judging patrols', 0))"):
        return []
    rows = await tx.sql.fetch(
        "SELECT id FROM patrols WHERE judge_at <= $1 ORDER BY judge_at, id LIMIT $2 FOR UPDATE SKIP LOCKED",
        tx.now,
        most,
    )
    return [row["id"] for row in rows]


async def take_watched(tx: Transaction, most: int) -> list[UUID]:
    """Patrols that time may have made something of. One replica watches at a time: whoever moves one locks it first."""
    if not await tx.sql.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended('watching patrols', 0))"):
        return []
    rows = await tx.sql.fetch(
        "SELECT id FROM patrols WHERE watch_at <= $1 ORDER BY watch_at, id LIMIT $2",
        tx.now,
        most,
    )
    return [row["id"] for row in rows]


async def heard_of(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, tuple[datetime | None, TerminalState | None]]:
    """Of each patrol, when the terminals of whoever walks it were last heard, and what that phone says of itself."""
    rows = await tx.sql.fetch(
        """
        SELECT DISTINCT ON (p.id) p.id, t.heard_at, t.state FROM patrols p, LATERAL (
            SELECT t.heard_at, t.state FROM holdings h JOIN terminals t USING (source, terminal)
            WHERE p.person_id IS NOT NULL AND h.person_id = p.person_id AND h.carried_from <= $2
              AND (h.carried_to IS NULL OR h.carried_to > p.started_at)
            UNION ALL
            SELECT t.heard_at, t.state FROM terminals t WHERE t.source = p.terminal_source AND t.terminal = p.terminal
        ) AS t
        WHERE p.id = ANY($1::uuid[]) ORDER BY p.id, t.heard_at DESC NULLS LAST
        """,
        list(ids),
        tx.now,
    )
    return {
        row["id"]: (row["heard_at"], TerminalState.model_validate_json(row["state"]) if row["state"] else None)
        for row in rows
    }


async def walked_on(tx: Transaction, patrols: Sequence[Patrol]) -> dict[UUID, Walked]:
    """What was walked on patrols that are over, by the terminals that whoever walked them carried at the time."""
    spans = [(n, first, before) for n, one in enumerate(patrols) for first, before in spans_of(one)]
    rows = await tx.sql.fetch(
        """
        WITH asked AS (
            SELECT a.at, p.id, p.person_id, p.terminal_source, p.terminal, a.first, a.before
            FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS a (id, first, before, at)
            JOIN patrols p USING (id)
        )
        SELECT asked.at, t.number, greatest(h.carried_from, asked.first) AS first,
               least(h.carried_to, asked.before) AS before
        FROM asked JOIN holdings h ON h.person_id = asked.person_id AND h.carried_from < asked.before
                                  AND (h.carried_to IS NULL OR h.carried_to > asked.first)
        JOIN terminals t ON t.source = h.source AND t.terminal = h.terminal
        UNION
        SELECT asked.at, t.number, asked.first, asked.before
        FROM asked JOIN terminals t ON t.source = asked.terminal_source AND t.terminal = asked.terminal
        WHERE NOT EXISTS (
            SELECT FROM holdings h WHERE h.source = t.source AND h.terminal = t.terminal
              AND h.carried_from < asked.before AND (h.carried_to IS NULL OR h.carried_to > asked.first)
        )
        ORDER BY 1, 3, 2
        """,
        [patrols[n].id for n, _, _ in spans],
        [first for _, first, _ in spans],
        [before for _, _, before in spans],
    )
    asked = [(row["number"], row["first"], row["before"]) for row in rows]
    tracks = await kept_store.track(tx.sql, asked, packed.PLACES) if asked else []
    found: dict[int, list[Points]] = {}
    for row, points in zip(rows, tracks, strict=True):
        found.setdefault(row["at"] - 1, []).append(points)
    of: list[list[list[Points]]] = [[] for _ in patrols]
    for at, (n, _, _) in enumerate(spans):
        of[n].append(found.get(at, []))
    return {one.id: walked(one, its) for one, its in zip(patrols, of, strict=True)}


async def incidents_of(tx: Transaction, patrols: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """What was reported by the same source under the names that patrols state, while they were walked."""
    rows = await tx.sql.fetch(
        """
        SELECT p.id, i.id AS incident FROM patrols p CROSS JOIN unnest(p.incidents) AS stated
        JOIN incidents i ON i.source = p.source AND i.external_id = stated
                        AND i.seen_at BETWEEN p.started_at AND p.ended_at
        WHERE p.id = ANY($1::uuid[]) ORDER BY i.seen_at, i.id
        """,
        list(patrols),
    )
    found: dict[UUID, list[UUID]] = {id: [] for id in patrols}
    for row in rows:
        found[row["id"]].append(row["incident"])
    return found


async def waiting_for_clock(tx: Transaction) -> dict[str, int]:
    row = await tx.sql.fetchrow(
        """
        SELECT (SELECT count(*) FROM terminals WHERE fresh) AS terminals_heard,
               (SELECT count(*) FROM patrols WHERE judge_at <= $1) AS patrols_to_judge,
               (SELECT count(*) FROM patrols WHERE watch_at <= $1) AS patrols_to_watch
        """,
        tx.now,
    )
    return dict(row) if row else {}
