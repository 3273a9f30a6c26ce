"""Every statement on incidents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.patrol import Incident, IncidentKind
from services.patrol.incident.judging import Judging, Key, Known, Outcome
from services.patrol.incident.near import Spot, Standing, cell
from services.patrol.incident.pixels import Pixel, sensor_of
from services.patrol.incident.report import sent_at
from services.patrol.incident.severity import first_due
from services.runtime.transaction import Transaction


async def lock_spots(tx: Transaction, spots: Iterable[Spot]) -> None:
    """Until this transaction ends, nobody else judges what is near in these spots; taken in one order."""
    keys = sorted({f"{at}:{kind}" for at, kind in spots})
    await tx.sql.execute("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS key", keys)


async def known(tx: Transaction, keys: Sequence[Key]) -> dict[Key, Known]:
    """Those reports that have been heard before, as they stand."""
    rows = await tx.sql.fetch(
        """
        SELECT source, external_id, linked_to, weight, alarmed, body
        FROM incidents JOIN unnest($1::text[], $2::text[]) AS asked (source, external_id) USING (source, external_id)
        """,
        [source for source, _ in keys],
        [external_id for _, external_id in keys],
    )
    return {
        (row["source"], row["external_id"]): Known(_incident(row), row["linked_to"], row["alarmed"]) for row in rows
    }


async def followers(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, dict[UUID, Incident]]:
    """The reports that corroborate these incidents, the oldest first."""
    rows = await tx.sql.fetch(
        "SELECT linked_to, weight, body FROM incidents WHERE linked_to = ANY($1::uuid[]) ORDER BY seen_at, id", ids
    )
    found: dict[UUID, dict[UUID, Incident]] = {}
    for row in rows:
        incident = _incident(row)
        found.setdefault(row["linked_to"], {})[incident.id] = incident
    return found


def _incident(row: asyncpg.Record) -> Incident:
    return Incident.model_validate_json(row["body"]).model_copy(update={"weight": row["weight"]})


async def standing(
    tx: Transaction, spots: Sequence[Spot], first: datetime, last: datetime
) -> dict[Spot, list[Standing]]:
    """Unresolved incidents in these spots that were seen between two times, by spot."""
    rows = await tx.sql.fetch(
        """
        SELECT i.id, i.cell, i.kind, i.lon, i.lat, i.seen_at, i.weight, i.sensor
        FROM unnest($1::bigint[], $2::text[]) AS asked (cell, kind),
             -- OFFSET 0 keeps it a look into the index for each spot, also while the table has no statistics.
             LATERAL (SELECT * FROM incidents n
                      WHERE n.cell = asked.cell AND n.kind = asked.kind AND n.linked_to IS NULL AND NOT n.resolved
                        AND n.seen_at BETWEEN $3 AND $4 OFFSET 0) AS i
        """,
        [at for at, _ in spots],
        [kind.value for _, kind in spots],
        first,
        last,
    )
    return _by_spot(rows)


def _by_spot(rows: Iterable[asyncpg.Record]) -> dict[Spot, list[Standing]]:
    found: dict[Spot, list[Standing]] = {}
    for row in rows:
        one = Standing(row["id"], row["lon"], row["lat"], row["seen_at"], row["weight"], row["sensor"])
        found.setdefault((row["cell"], IncidentKind(row["kind"])), []).append(one)
    return found


async def pixels(tx: Transaction, spots: Sequence[Spot], first: datetime, last: datetime) -> list[Pixel]:
    """What satellites saw in these spots between two times and corroborates a fire."""
    rows = await tx.sql.fetch(
        """
        SELECT i.id, i.kind, i.lon, i.lat, i.seen_at, i.sensor, i.linked_to
        FROM unnest($1::bigint[], $2::text[]) AS asked (cell, kind),
             LATERAL (SELECT * FROM incidents n
                      WHERE n.cell = asked.cell AND n.kind = asked.kind AND n.linked_to IS NOT NULL
                        AND n.sensor IS NOT NULL AND n.seen_at BETWEEN $3 AND $4 OFFSET 0) AS i
        """,
        [at for at, _ in spots],
        [kind.value for _, kind in spots],
        first,
        last,
    )
    return [
        Pixel(
            row["id"],
            IncidentKind(row["kind"]),
            row["lon"],
            row["lat"],
            row["seen_at"],
            row["sensor"],
            row["linked_to"],
        )
        for row in rows
    ]


async def spots_of(tx: Transaction, ids: Sequence[UUID]) -> list[Spot]:
    """Where incidents are."""
    rows = await tx.sql.fetch("SELECT cell, kind FROM incidents WHERE id = ANY($1::uuid[])", ids)
    return [(row["cell"], IncidentKind(row["kind"])) for row in rows]


async def unresolved(tx: Transaction, ids: Sequence[UUID]) -> dict[Spot, list[Standing]]:
    """Those of some incidents that are unresolved, by spot."""
    return _by_spot(
        await tx.sql.fetch(
            """
            SELECT id, cell, kind, lon, lat, seen_at, weight, sensor FROM incidents
            WHERE id = ANY($1::uuid[]) AND linked_to IS NULL AND NOT resolved
            """,
            ids,
        )
    )


async def save(tx: Transaction, outcomes: Sequence[Outcome], left: Sequence[Outcome], judging: Judging) -> None:
    """Write what became of the reports: incidents, whom those left behind belong to, weights, and fates.

    Raises SerializationError where another transaction took one of the reports meanwhile: handled again, it is seen
    for what it is.
    """
    newest = {o.incident.id: o.incident for o in outcomes if o.incident is not None}
    belonging, weights = judging.belonging, judging.weights
    if newest:
        reported_at = {o.incident.id: sent_at(o.heard.envelope.time, o.incident) for o in outcomes if o.incident}
        await _save_incidents(tx, [newest[id] for id in sorted(newest)], belonging, reported_at)
    if left:
        stands = {one.incident.id: one.incident for one in judging.known.values()}
        moved = dict.fromkeys(o.incident.id for o in left if o.incident is not None)
        await _save_left(tx, [stands[id] for id in moved], belonging)
    if weights:
        await tx.sql.execute(
            """
            UPDATE incidents SET weight = new.weight FROM unnest($1::uuid[], $2::integer[]) AS new (id, weight)
            WHERE incidents.id = new.id
            """,
            list(weights),
            list(weights.values()),
        )
    await tx.sql.execute(
        """
        INSERT INTO fates (source, external_id, revision, kind, fate, incident_id, division, at)
        SELECT *, $8 FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::uuid[], $7::text[])
        """,
        [o.heard.source for o in outcomes],
        [o.heard.body.external_id for o in outcomes],
        [o.heard.body.revision for o in outcomes],
        [o.heard.body.kind.value for o in outcomes],
        [o.fate.value for o in outcomes],
        [o.to for o in outcomes],
        [o.incident.division if o.incident else None for o in outcomes],
        tx.now,
    )


async def _save_incidents(
    tx: Transaction,
    incidents: Sequence[Incident],
    belonging: Mapping[UUID, UUID | None],
    reported_at: Mapping[UUID, datetime],
) -> None:
    # A revision keeps the day of its first step, unless it is of another kind or its own incident now.
    firsts = [None if belonging[one.id] is not None else first_due(one, tx.now) for one in incidents]
    written = await tx.sql.fetch(
        """
        INSERT INTO incidents (id, source, external_id, revision, kind, cell, lon, lat, seen_at, linked_to, alarmed,
                               sensor, body, first_due_at, first_remind_at, division, reported_at, located_at)
        SELECT *, $18 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::bigint[],
                             $7::float8[], $8::float8[], $9::timestamptz[], $10::uuid[], $11::boolean[], $12::text[],
                             $13::text[], $14::timestamptz[], $15::timestamptz[], $16::text[], $17::timestamptz[])
        ON CONFLICT (id) DO UPDATE SET
            revision = excluded.revision, kind = excluded.kind, cell = excluded.cell, lon = excluded.lon,
            lat = excluded.lat, seen_at = excluded.seen_at, linked_to = excluded.linked_to,
            alarmed = incidents.alarmed OR excluded.alarmed, sensor = excluded.sensor, body = excluded.body,
            division = excluded.division,
            first_due_at = CASE WHEN incidents.kind = excluded.kind AND incidents.linked_to IS NULL
                                THEN incidents.first_due_at ELSE excluded.first_due_at END,
            first_remind_at = CASE WHEN incidents.kind = excluded.kind AND incidents.linked_to IS NULL
                                   THEN incidents.first_remind_at ELSE excluded.first_remind_at END,
            first_told = incidents.first_told AND incidents.kind = excluded.kind AND incidents.linked_to IS NULL
        WHERE incidents.revision < excluded.revision
        RETURNING 1
        """,
        [one.id for one in incidents],
        [one.source for one in incidents],
        [one.external_id for one in incidents],
        [one.revision for one in incidents],
        [one.kind.value for one in incidents],
        [cell(one.lon, one.lat) for one in incidents],
        [one.lon for one in incidents],
        [one.lat for one in incidents],
        [one.seen_at for one in incidents],
        [belonging[one.id] for one in incidents],
        [one.kind.is_alarm for one in incidents],
        [sensor_of(one) for one in incidents],
        [tx.texts.of(one) for one in incidents],
        [None if at is None else at[0] for at in firsts],
        [None if at is None else at[1] for at in firsts],
        [one.division for one in incidents],
        [reported_at[one.id] for one in incidents],
        tx.now,
    )
    if len(written) < len(incidents):
        raise asyncpg.SerializationError("another transaction has taken one of these reports")


async def _save_left(tx: Transaction, incidents: Sequence[Incident], belonging: Mapping[UUID, UUID | None]) -> None:
    """Incidents left behind by what they corroborated: of one that is its own now there is a first step."""
    firsts = [None if belonging[one.id] is not None else first_due(one, tx.now) for one in incidents]
    await tx.sql.execute(
        """
        UPDATE incidents SET linked_to = new.linked_to, body = new.body, first_due_at = new.first_due_at,
               first_remind_at = new.first_remind_at, first_told = false
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[])
             AS new (id, linked_to, body, first_due_at, first_remind_at)
        WHERE incidents.id = new.id
        """,
        [one.id for one in incidents],
        [belonging[one.id] for one in incidents],
        [tx.texts.of(one) for one in incidents],
        [None if at is None else at[0] for at in firsts],
        [None if at is None else at[1] for at in firsts],
    )


async def resolve(tx: Transaction, newest: Mapping[UUID, int], resolved: bool) -> None:
    """Mark incidents by the fact about their case, its `sequence` given, unless a later one was heard before."""
    await tx.sql.execute(
        """
        UPDATE incidents SET resolved = $3, case_sequence = new.sequence,
               first_due_at = CASE WHEN $3 THEN NULL ELSE first_due_at END,
               first_remind_at = CASE WHEN $3 THEN NULL ELSE first_remind_at END
        FROM unnest($1::uuid[], $2::bigint[]) AS new (id, sequence)
        WHERE incidents.id = new.id AND case_sequence < new.sequence
        """,
        list(newest),
        list(newest.values()),
        resolved,
    )
