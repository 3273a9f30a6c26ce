"""Every statement on the patrols that duties are met by, and on the plans that they carry out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID, uuid5

import asyncpg

from contracts.law.verdict import LONGEST
from contracts.patrol import Activity, Patrol, PatrolPlan, PatrolWay, RecordedPatrol
from services.patrol.duty.judging import Walk
from services.patrol.duty.period import Days
from services.runtime.transaction import Transaction


async def walks_of(tx: Transaction, wanted: Sequence[tuple[UUID, str, Days]]) -> dict[UUID, list[Walk]]:
    """The valid patrols of posts within some days, for each duty that is asked for by its id."""
    found: dict[UUID, list[Walk]] = {id: [] for id, _, _ in wanted}
    rows = await tx.sql.fetch(
        """
        SELECT asked.id, w.day, w.kind, w.way, w.minutes, w.metres, w.own_share, w.area_share, w.repeats, w.grids,
               w.visited, w.items, w.photos, w.patrol, w.began_on, w.ended_at, w.granted
        FROM unnest($1::uuid[], $2::text[], $3::date[], $4::date[]) AS asked (id, post_id, first, last)
             JOIN walks w ON w.post_id = asked.post_id AND w.day BETWEEN asked.first AND asked.last + $5::integer
        WHERE w.verdict = 'valid' AND (w.day <= asked.last OR w.began_on <= asked.last)
        ORDER BY asked.id, w.day, w.id
        """,
        [id for id, _, _ in wanted],
        [post_id for _, post_id, _ in wanted],
        [days.first for _, _, days in wanted],
        [days.last for _, _, days in wanted],
        LONGEST.days,
    )
    for row in rows:
        found[row["id"]].append(_walk(row))
    return found


def _walk(row: asyncpg.Record) -> Walk:
    return Walk(
        day=row["day"],
        activity=Activity(row["kind"]),
        way=None if row["way"] is None else PatrolWay(row["way"]),
        minutes=row["minutes"],
        metres=row["metres"],
        own_share=row["own_share"],
        area_share=row["area_share"],
        repeats=row["repeats"],
        grids=frozenset(row["grids"]),
        visited=json.loads(row["visited"]),
        items=frozenset(row["items"]),
        photos=row["photos"],
        patrol=row["patrol"],
        began_on=row["began_on"],
        ended_at=row["ended_at"],
        granted=row["granted"],
    )


async def replace(
    tx: Transaction, patrols: Collection[UUID], walks: Sequence[tuple[Patrol, Walk]]
) -> set[tuple[str, date]]:
    """Put the days of patrols in the place of those that they had; the posts and days of which duties may change."""
    gone = await tx.sql.fetch(
        "DELETE FROM walks WHERE patrol = ANY($1::uuid[]) RETURNING post_id, day, began_on", list(patrols)
    )
    touched = {(row["post_id"], day) for row in gone for day in (row["day"], row["began_on"])}
    await tx.sql.executemany(
        """
        INSERT INTO walks (id, post_id, person, kind, way, started_at, ended_at, day, verdict, minutes, metres,
                           own_share, area_share, grids, visited, items, photos, patrol, began_on, repeats,
                           granted)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'valid', $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        """,
        [
            (
                uuid5(patrol.id, str(walk.day)),
                patrol.post_id,
                patrol.person and patrol.person.id,
                walk.activity.value,
                walk.way and walk.way.value,
                patrol.started_at,
                patrol.ended_at,
                walk.day,
                walk.minutes,
                walk.metres,
                walk.own_share,
                walk.area_share,
                sorted(walk.grids),
                json.dumps(dict(walk.visited)),
                sorted(walk.items),
                walk.photos,
                patrol.id,
                walk.began_on,
                walk.repeats,
                walk.granted,
            )
            for patrol, walk in walks
        ],
    )
    return touched | {(patrol.post_id, day) for patrol, walk in walks for day in (walk.day, walk.counts_on)}


async def add_recorded(tx: Transaction, patrol: RecordedPatrol, walk: Walk) -> None:
    await tx.sql.execute(
        """
        INSERT INTO walks (id, post_id, person, kind, way, started_at, ended_at, day, verdict, minutes, visited, items,
                           photos, stop, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'valid', $9, $10, $11, $12, $13, $14)
        """,
        patrol.id,
        patrol.post_id,
        patrol.person and patrol.person.id,
        patrol.activity.value,
        patrol.way and patrol.way.value,
        patrol.started_at,
        patrol.ended_at,
        walk.day,
        walk.minutes,
        json.dumps(dict(walk.visited)),
        sorted(walk.items),
        walk.photos,
        patrol.stop,
        patrol.model_dump_json(),
    )


async def save_plan(tx: Transaction, plan: PatrolPlan) -> bool:
    """Whether anything has changed."""
    done = await tx.sql.fetchval(
        """
        INSERT INTO patrol_plans (post_id, year, body) VALUES ($1, $2, $3)
        ON CONFLICT (post_id, year) DO UPDATE SET body = excluded.body WHERE patrol_plans.body <> excluded.body
        RETURNING true
        """,
        plan.post_id,
        plan.year,
        plan.model_dump_json(),
    )
    return bool(done)


async def plan_of(tx: Transaction, post_id: str, year: int) -> PatrolPlan | None:
    body = await tx.sql.fetchval("SELECT body FROM patrol_plans WHERE post_id = $1 AND year = $2", post_id, year)
    return None if body is None else PatrolPlan.model_validate_json(body)


async def recorded_at(tx: Transaction, post_id: str, stops: Iterable[str]) -> list[RecordedPatrol]:
    """The patrols that were recorded of these stops, the first one first."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM walks WHERE post_id = $1 AND stop = ANY($2::text[]) AND body IS NOT NULL
        ORDER BY started_at, id
        """,
        post_id,
        list(stops),
    )
    return [RecordedPatrol.model_validate_json(row["body"]) for row in rows]
