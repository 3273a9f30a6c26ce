"""Every statement on the tables of patrol."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import numpy as np
from numpy.typing import NDArray

from contracts.incident import IncidentKind
from contracts.roster import Area
from services.patrol.near import Place, Standing, cell
from services.patrol.points import LIMITS, Points, Stated, us_of
from services.patrol.report import Fate, Key, Known, Outcome
from services.patrol.track import Sifted, Terminal, TerminalKey
from services.patrol.way import Fix
from services.runtime.ground import Ground
from services.runtime.transaction import Sql, Transaction


async def load_ground(sql: Sql) -> Ground:
    rows = await sql.fetch("SELECT body FROM areas")
    return Ground(Area.model_validate_json(row["body"]) for row in rows)


async def lock_places(tx: Transaction, places: Iterable[Place]) -> None:
    """Until this transaction ends, nobody else judges what is near in these places; taken in one order."""
    keys = sorted({f"{at}:{kind}" for at, kind in places})
    await tx.sql.execute("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS key", keys)


async def known(tx: Transaction, keys: Sequence[Key]) -> dict[Key, Known]:
    """Those reports that have been heard before, as they stand."""
    rows = await tx.sql.fetch(
        """
        SELECT source, external_id, id, revision, linked_to, weight
        FROM incidents JOIN unnest($1::text[], $2::text[]) AS asked (source, external_id) USING (source, external_id)
        """,
        [source for source, _ in keys],
        [external_id for _, external_id in keys],
    )
    return {
        (row["source"], row["external_id"]): Known(row["id"], row["revision"], row["linked_to"], row["weight"])
        for row in rows
    }


async def standing(
    tx: Transaction, places: Sequence[Place], first: datetime, last: datetime
) -> dict[Place, list[Standing]]:
    """Unresolved incidents in these places that were seen between two times, by place."""
    rows = await tx.sql.fetch(
        """
        SELECT i.id, i.cell, i.kind, i.lon, i.lat, i.seen_at, i.weight
        FROM unnest($1::bigint[], $2::text[]) AS asked (cell, kind),
             -- OFFSET 0 keeps it a look into the index for each place, also while the table has no statistics.
             LATERAL (SELECT * FROM incidents n
                      WHERE n.cell = asked.cell AND n.kind = asked.kind AND n.linked_to IS NULL AND NOT n.resolved
                        AND n.seen_at BETWEEN $3 AND $4 OFFSET 0) AS i
        """,
        [at for at, _ in places],
        [kind.value for _, kind in places],
        first,
        last,
    )
    found: dict[Place, list[Standing]] = {}
    for row in rows:
        one = Standing(row["id"], row["lon"], row["lat"], row["seen_at"], row["weight"])
        found.setdefault((row["cell"], IncidentKind(row["kind"])), []).append(one)
    return found


async def save(tx: Transaction, outcomes: Sequence[Outcome]) -> None:
    """Write what became of the reports: incidents, the weight of those corroborated, and fates."""
    newest = {o.incident.id: o for o in outcomes if o.incident is not None}
    if newest:
        await _save_incidents(tx, [newest[id] for id in sorted(newest)])
    heavier = {o.to: o.weight for o in outcomes if o.fate is Fate.LINKED and o.to is not None}
    if heavier:
        await tx.sql.execute(
            """
            UPDATE incidents SET weight = new.weight FROM unnest($1::uuid[], $2::integer[]) AS new (id, weight)
            WHERE incidents.id = new.id
            """,
            sorted(heavier),
            [heavier[id] for id in sorted(heavier)],
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


async def _save_incidents(tx: Transaction, outcomes: Sequence[Outcome]) -> None:
    incidents = [o.incident for o in outcomes if o.incident is not None]
    await tx.sql.execute(
        """
        INSERT INTO incidents (id, source, external_id, revision, kind, cell, lon, lat, seen_at, linked_to, body)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::bigint[],
                             $7::float8[], $8::float8[], $9::timestamptz[], $10::uuid[], $11::text[])
        ON CONFLICT (id) DO UPDATE SET
            revision = excluded.revision, kind = excluded.kind, cell = excluded.cell, lon = excluded.lon,
            lat = excluded.lat, seen_at = excluded.seen_at, body = excluded.body
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
        [None if o.to == one.id else o.to for o, one in zip(outcomes, incidents, strict=True)],
        [one.model_dump_json() for one in incidents],
    )


async def resolve(tx: Transaction, newest: Mapping[UUID, int], resolved: bool) -> None:
    """Mark incidents by the fact about their case, its `sequence` given, unless a later one was heard before."""
    await tx.sql.execute(
        """
        UPDATE incidents SET resolved = $3, case_sequence = new.sequence
        FROM unnest($1::uuid[], $2::bigint[]) AS new (id, sequence)
        WHERE incidents.id = new.id AND case_sequence < new.sequence
        """,
        sorted(newest),
        [newest[id] for id in sorted(newest)],
        resolved,
    )


async def known_batches(tx: Transaction, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes | None]:
    """Those (source, batch_id) that have been stored, with the digest of what they said; None of old ones."""
    rows = await tx.sql.fetch(
        """
        SELECT source, batch_id, digest
        FROM batches JOIN unnest($1::text[], $2::text[]) AS asked (source, batch_id) USING (source, batch_id)
        """,
        [source for source, _ in keys],
        [batch_id for _, batch_id in keys],
    )
    return {(row["source"], row["batch_id"]): row["digest"] for row in rows}


async def lock_terminals(tx: Transaction, batches: Sequence[Stated]) -> dict[TerminalKey, Terminal]:
    """What is stored of the terminals around the times of these batches; locked until the transaction ends."""
    keys = sorted({one.terminal for one in batches})
    rows = await tx.sql.fetch(
        """
        INSERT INTO terminals (source, terminal) SELECT * FROM unnest($1::text[], $2::text[])
        ON CONFLICT (source, terminal) DO UPDATE SET source = excluded.source
        RETURNING number, source, terminal, doubted
        """,
        [source for source, _ in keys],
        [terminal for _, terminal in keys],
    )
    numbers = {(row["source"], row["terminal"]): row["number"] for row in rows}
    stored: dict[int, set[Fix]] = {number: set() for number in numbers.values()}
    spans = [(numbers[one.terminal], *one.span) for one in batches if one.span is not None]
    for row in await _stored_points(tx, spans):
        stored[row["terminal"]].add((us_of(row["at"]), row["lon"], row["lat"]))
    return {
        (row["source"], row["terminal"]): Terminal(
            row["number"],
            sorted(stored[row["number"]]),
            tuple((int(at_us), lon, lat) for at_us, lon, lat in json.loads(row["doubted"] or "[]")),
        )
        for row in rows
    }


async def _stored_points(tx: Transaction, spans: Sequence[tuple[int, datetime, datetime]]) -> list[asyncpg.Record]:
    """The points of each terminal between two times, and as many on either side as have a vote."""
    return await tx.sql.fetch(
        """
        SELECT p.terminal, p.at, p.lon, p.lat
        FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS asked (terminal, first, last), LATERAL (
            (SELECT * FROM points WHERE terminal = asked.terminal AND at < asked.first ORDER BY at DESC LIMIT $4)
            UNION ALL
            -- OFFSET 0 keeps it a look into the index for each terminal, also while the table has no statistics.
            (SELECT * FROM points WHERE terminal = asked.terminal AND at BETWEEN asked.first AND asked.last OFFSET 0)
            UNION ALL
            (SELECT * FROM points WHERE terminal = asked.terminal AND at > asked.last ORDER BY at LIMIT $4)
        ) AS p
        """,
        [number for number, _, _ in spans],
        [first for _, first, _ in spans],
        [last for _, _, last in spans],
        LIMITS.votes,
    )


async def add_batches(tx: Transaction, sifted: Sequence[Sifted]) -> list[int]:
    """Batches with what was kept and refused; returns their numbers in the order given."""
    bodies = [one.heard.body for one in sifted]
    added = await tx.sql.fetch(
        """
        INSERT INTO batches (source, batch_id, terminal, datum, sent, kept, refused, digest, at)
        SELECT source, batch_id, terminal, datum, sent, kept, refused::jsonb, digest, $9
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::text[],
                    $8::bytea[])
             AS new (source, batch_id, terminal, datum, sent, kept, refused, digest)
        RETURNING id, source, batch_id
        """,
        [one.heard.source for one in sifted],
        [body.batch_id for body in bodies],
        [body.terminal for body in bodies],
        [body.datum.value for body in bodies],
        [len(body.points) for body in bodies],
        [len(one.kept) for one in sifted],
        [json.dumps(one.refused) for one in sifted],
        [one.stated.digest for one in sifted],
        tx.now,
    )
    numbers = {(row["source"], row["batch_id"]): row["id"] for row in added}
    return [numbers[one.heard.source, one.heard.body.batch_id] for one in sifted]


_COLUMNS = {
    "terminal": ">i8",
    "at": ">i8",
    "lon": ">f8",
    "lat": ">f8",
    "stated_lon": ">f8",
    "stated_lat": ">f8",
    "area": ">i8",
    "batch": ">i8",
}
_ROW = np.dtype(
    [
        ("columns", ">i2"),
        *(part for name, kind in _COLUMNS.items() for part in ((f"{name} bytes", ">i4"), (name, kind))),
    ]
)
"""A row of `points` in the binary format of COPY (PostgreSQL's manual, COPY): each column after its length."""
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_POSTGRES_EPOCH_US = us_of(datetime(2000, 1, 1, tzinfo=UTC))
NO_AREA = 0


async def area_numbers(tx: Transaction, ids: Collection[str]) -> dict[str, int]:
    rows = await tx.sql.fetch("SELECT id, number FROM areas WHERE id = ANY($1::text[])", list(ids))
    return {row["id"]: row["number"] for row in rows}


async def add_points(
    tx: Transaction,
    points: Points,
    terminals: NDArray[np.int64],
    batches: NDArray[np.int64],
    areas: Sequence[int],
) -> None:
    """Points by COPY, each with the numbers of its terminal, its batch, and its area or NO_AREA."""
    rows = np.empty(len(points), dtype=_ROW)
    rows["columns"] = len(_COLUMNS)
    for name in _COLUMNS:
        rows[f"{name} bytes"] = 8
    rows["at"] = points["at_us"] - _POSTGRES_EPOCH_US
    for name in ("lon", "lat", "stated_lon", "stated_lat"):
        rows[name] = points[name]
    rows["terminal"], rows["batch"], rows["area"] = terminals, batches, areas
    await tx.sql.copy_to_table("points", source=_whole(rows.tobytes()), columns=list(_COLUMNS), format="binary")


async def _whole(rows: bytes) -> AsyncIterator[bytes]:
    """Not a file: for such a one asyncpg makes a class, which holds all its bytes until the next great collection."""
    yield _BEGIN + rows + _END


async def keep_doubted(tx: Transaction, terminals: Iterable[Terminal]) -> None:
    """What was refused of terminals as impossible to reach, to be weighed with what they send next."""
    doubting = sorted((one.number, json.dumps(one.doubted)) for one in terminals if one.doubts_anew)
    if doubting:
        await tx.sql.execute(
            """
            UPDATE terminals t SET doubted = new.doubted::jsonb
            FROM unnest($1::bigint[], $2::text[]) AS new (number, doubted) WHERE t.number = new.number
            """,
            [number for number, _ in doubting],
            [doubted for _, doubted in doubting],
        )
