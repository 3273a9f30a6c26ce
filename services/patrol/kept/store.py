"""Every statement on points, be they rows or packed days."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from contracts.language.values import day_of
from services.patrol.kept import packed, row
from services.patrol.kept.point import KEPT, MICRO, Points, at_of, begin_of, us_of
from services.runtime.sql import Sql
from services.runtime.transaction import Transaction

_COLUMNS = ", ".join(f"p.{name}" for name in row.COLUMNS if name != "terminal")
Span = tuple[int, datetime, datetime]
"""The number of a terminal, and from when to before when."""
Day = tuple[int, date]
"""The number of a terminal, and a day in China."""
_DAY = timedelta(days=1)


async def add_points(tx: Transaction, points: Points, terminals: NDArray[np.int64]) -> None:
    """Points as rows by COPY, each with the number of its terminal."""
    source = _whole(row.written(points, terminals))
    await tx.sql.copy_to_table("points", source=source, columns=row.COLUMNS, format="binary")


async def _whole(rows: bytes) -> AsyncIterator[bytes]:
    """Not a file: for such a one asyncpg makes a class, which holds all its bytes until the next great collection."""
    yield rows


async def track(sql: Sql, spans: Sequence[Span], columns: Sequence[str] = packed.COLUMNS) -> list[Points]:
    """What is kept of terminals in each of some spans of time, in the order of time; of `columns` only (`packed`)."""
    begins = await sql.fetch(
        "SELECT number, rows_from FROM terminals WHERE number = ANY($1::bigint[])", [number for number, _, _ in spans]
    )
    rows_from = {one["number"]: one["rows_from"] for one in begins}
    recent = [n for n, (number, _, before) in enumerate(spans) if _has_rows(rows_from.get(number), before)]
    found = dict(zip(recent, await _rows(sql, [spans[n] for n in recent]), strict=True)) if recent else {}
    days = await sql.fetch(
        """
        SELECT asked.n, d.packed
        FROM unnest($1::bigint[], $2::date[], $3::date[]) WITH ORDINALITY AS asked (terminal, first, last, n)
        JOIN packed_days d ON d.terminal = asked.terminal AND d.day BETWEEN asked.first AND asked.last
        ORDER BY asked.n, d.day
        """,
        *_days(spans),
    )
    parts: list[list[Points]] = [[] for _ in spans]
    for one in days:
        parts[one["n"] - 1].append(packed.unpack(one["packed"], columns))
    nothing = np.zeros(0, dtype=KEPT)
    return [
        _between(np.concatenate([*its, found.get(n, nothing)]), span)
        for n, (its, span) in enumerate(zip(parts, spans, strict=True))
    ]


def _has_rows(rows_from: datetime | None, before: datetime) -> bool:
    """Whether a terminal may have rows before a time; a release that does not say since when may have written some."""
    return rows_from is None or rows_from < before


async def unseal(tx: Transaction, spans: Sequence[Span]) -> None:
    """Make rows again of the packed days that these spans touch, of terminals that are locked; the clock packs them."""
    taken = await tx.sql.fetch(
        """
        DELETE FROM packed_days d
        USING unnest($1::bigint[], $2::date[], $3::date[]) AS asked (terminal, first, last)
        WHERE d.terminal = asked.terminal AND d.day BETWEEN asked.first AND asked.last
        RETURNING d.terminal, d.packed
        """,
        *_days(spans),
    )
    if not taken:
        return
    parts = [packed.unpack(one["packed"]) for one in taken]
    terminals = np.repeat([one["terminal"] for one in taken], [len(part) for part in parts])
    await add_points(tx, np.concatenate(parts), terminals)
    await tx.sql.execute(
        """
        UPDATE terminals t SET rows_from = least(t.rows_from, new.first)
        FROM (SELECT terminal, min(first) AS first FROM unnest($1::bigint[], $2::timestamptz[]) AS one (terminal, first)
              GROUP BY terminal) AS new
        WHERE t.number = new.terminal
        """,
        [one["terminal"] for one in taken],
        [at_of(int(part["at_us"][0])) for part in parts],
    )


async def take_unsealed(tx: Transaction, before: datetime, most: int) -> list[Day]:
    """The oldest day of terminals that have rows older than this; nobody else packs or stores them meanwhile."""
    rows = await tx.sql.fetch(
        """
        SELECT number, rows_from FROM terminals WHERE rows_from < $1
        ORDER BY rows_from LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        before,
        most,
    )
    return [(one["number"], day_of(one["rows_from"])) for one in rows]


async def rows_of(tx: Transaction, days: Sequence[Day]) -> list[Points]:
    """The rows of each of these days, in the order of time."""
    return await _rows(tx.sql, _spans(days))


async def packed_of(tx: Transaction, days: Sequence[Day]) -> Mapping[Day, Points]:
    """What is packed already of these days."""
    found = await tx.sql.fetch(
        """
        SELECT d.terminal, d.day, d.packed
        FROM unnest($1::bigint[], $2::date[]) AS asked (terminal, day) JOIN packed_days d USING (terminal, day)
        """,
        *_columns_of(days),
    )
    return {(one["terminal"], one["day"]): packed.unpack(one["packed"]) for one in found}


async def seal(tx: Transaction, days: Sequence[Day], points: Sequence[Points]) -> None:
    """Keep these days packed instead of as rows; `points` are all that there are of each, none without any."""
    some = [(day, its) for day, its in zip(days, points, strict=True) if len(its)]
    await tx.sql.execute(
        """
        INSERT INTO packed_days (terminal, day, points, packed)
        SELECT * FROM unnest($1::bigint[], $2::date[], $3::integer[], $4::bytea[])
        ON CONFLICT (terminal, day) DO UPDATE SET points = excluded.points, packed = excluded.packed
        """,
        *_columns_of([day for day, _ in some]),
        [len(its) for _, its in some],
        [packed.pack(its) for _, its in some],
    )
    await tx.sql.execute(
        """
        DELETE FROM points p
        USING unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS sealed (terminal, first, before)
        WHERE p.terminal = sealed.terminal AND p.at >= sealed.first AND p.at < sealed.before
        """,
        *_unzipped(_spans(days)),
    )
    await tx.sql.execute(
        """
        UPDATE terminals t
        SET sealed_to = greatest(t.sealed_to, sealed.day),
            rows_from = (SELECT min(at) FROM points WHERE terminal = t.number)
        FROM unnest($1::bigint[], $2::date[]) AS sealed (terminal, day) WHERE t.number = sealed.terminal
        """,
        *_columns_of(days),
    )


async def forget(tx: Transaction, before: date, most: int) -> int:
    """Delete so many packed days that are older than this; how many there were."""
    gone = await tx.sql.fetch(
        """
        DELETE FROM packed_days WHERE (terminal, day) IN (
            SELECT terminal, day FROM packed_days WHERE day < $1 ORDER BY day LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING 1
        """,
        before,
        most,
    )
    return len(gone)


async def forget_batches(tx: Transaction, before: datetime, most: int) -> None:
    """Delete so many of the oldest batches as came before a time: their numbers grow with it."""
    await tx.sql.execute(
        """
        DELETE FROM batches WHERE id IN (
            SELECT id FROM (SELECT id, at FROM batches ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED) AS oldest
            WHERE at < $1
        )
        """,
        before,
        most,
    )


async def _rows(sql: Sql, spans: Sequence[Span]) -> list[Points]:
    """The rows of each span; the number of the span travels in the place of its terminal's."""
    copied = bytearray()

    async def take(part: bytes) -> None:
        copied.extend(part)

    await sql.copy_from_query(
        f"""
        SELECT asked.n, {_COLUMNS}
        FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[])
             WITH ORDINALITY AS asked (terminal, first, before, n), LATERAL (
            -- OFFSET 0 keeps it a look into the index for each terminal, also while the table has no statistics.
            SELECT * FROM points WHERE terminal = asked.terminal AND at >= asked.first AND at < asked.before OFFSET 0
        ) AS p
        ORDER BY asked.n, p.at
        """,
        *_unzipped(spans),
        output=take,
        format="binary",
    )
    points, numbers = row.read(bytes(copied))
    ends = np.searchsorted(numbers, np.arange(1, len(spans) + 1), side="right")
    return np.split(points, ends[:-1]) if len(spans) else []


def _between(points: Points, span: Span) -> Points:
    _, first, before = span
    return points[(points["at_us"] >= us_of(first)) & (points["at_us"] < us_of(before))]


def _spans(days: Sequence[Day]) -> list[Span]:
    return [(number, begin_of(day), begin_of(day + _DAY)) for number, day in days]


def _days(spans: Sequence[Span]) -> tuple[list[int], list[date], list[date]]:
    numbers, firsts, befores = _unzipped(spans)
    return numbers, [day_of(first) for first in firsts], [day_of(before - MICRO) for before in befores]


def _unzipped(spans: Sequence[Span]) -> tuple[list[int], list[datetime], list[datetime]]:
    return [number for number, _, _ in spans], [first for _, first, _ in spans], [before for _, _, before in spans]


def _columns_of(days: Sequence[Day]) -> tuple[list[int], list[date]]:
    return [number for number, _ in days], [day for _, day in days]
