"""Every statement on the tables of tracks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import UTC, datetime

import asyncpg
import numpy as np
from numpy.typing import NDArray

from services.patrol.track.points import LIMITS, Points, Stated, us_of
from services.patrol.track.track import Sifted, Terminal, TerminalKey
from services.patrol.track.way import Fix
from services.runtime.transaction import Transaction


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
    """What was refused of locked terminals as impossible to reach, to be weighed with what they send next."""
    doubting = [(one.number, json.dumps(one.doubted)) for one in terminals if one.doubts_anew]
    if doubting:
        await tx.sql.execute(
            """
            UPDATE terminals t SET doubted = new.doubted::jsonb
            FROM unnest($1::bigint[], $2::text[]) AS new (number, doubted) WHERE t.number = new.number
            """,
            [number for number, _ in doubting],
            [doubted for _, doubted in doubting],
        )
