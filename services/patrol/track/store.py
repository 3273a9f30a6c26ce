"""Every statement on the tables of tracks."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

import asyncpg

from contracts.language.values import day_of
from contracts.patrol import TerminalState
from services.patrol.kept import store as kept_store
from services.patrol.kept.point import us_of
from services.patrol.track.law import FILTER, anywhere_within
from services.patrol.track.points import Stated, correction_us
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
    spans_of: dict[TerminalKey, list[tuple[datetime, datetime]]] = {one.terminal: [] for one in batches}
    for one in batches:
        if one.span is not None:
            spans_of[one.terminal].append(one.span)
    keys = sorted(spans_of)
    rows = await tx.sql.fetch(
        """
        INSERT INTO terminals (source, terminal, rows_from, fresh_from, fresh_to, fresh, heard_at)
        SELECT source, terminal, first, first, last, first IS NOT NULL, $5
        FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS new (source, terminal, first, last)
        ON CONFLICT (source, terminal) DO UPDATE SET
            rows_from = least(terminals.rows_from, excluded.rows_from),
            fresh_from = least(terminals.fresh_from, excluded.fresh_from),
            fresh_to = greatest(terminals.fresh_to, excluded.fresh_to),
            fresh = terminals.fresh OR excluded.fresh,
            heard_at = excluded.heard_at
        RETURNING number, source, terminal, doubted, sealed_to, state, clock_doubted
        """,
        [source for source, _ in keys],
        [terminal for _, terminal in keys],
        [min((first for first, _ in spans_of[key]), default=None) for key in keys],
        [max((last for _, last in spans_of[key]), default=None) for key in keys],
        tx.now,
    )
    stored: dict[int, set[Fix]] = {row["number"]: set() for row in rows}
    spans = [(row["number"], *span) for row in rows for span in spans_of[row["source"], row["terminal"]]]
    sealed = {row["number"]: row["sealed_to"] for row in rows if row["sealed_to"] is not None}
    if late := [reach for span in spans if (reach := _reaching(span, sealed)) is not None]:
        await kept_store.unseal(tx, late)
    for row in await _stored_points(tx, spans):
        stored[row["terminal"]].add((us_of(row["at"]), row["lon"], row["lat"]))
    return {
        (row["source"], row["terminal"]): Terminal(
            row["number"],
            sorted(stored[row["number"]]),
            tuple((int(at_us), lon, lat) for at_us, lon, lat in json.loads(row["doubted"] or "[]")),
            TerminalState.model_validate_json(row["state"]) if row["state"] else None,
            row["clock_doubted"],
        )
        for row in rows
    }


def _reaching(span: kept_store.Span, sealed: Mapping[int, date]) -> kept_store.Span | None:
    """The time in which a point may have a say on a batch of this one, if some of it has been sealed."""
    number, first, last = span
    earliest = first - anywhere_within(FILTER.today)
    reaches = number in sealed and day_of(earliest) <= sealed[number]
    return (number, earliest, last + anywhere_within(FILTER.today)) if reaches else None


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
        FILTER.today.votes,
    )


async def add_batches(tx: Transaction, sifted: Sequence[Sifted]) -> list[int]:
    """Batches with what was kept and refused; returns their numbers in the order given."""
    bodies = [one.heard.body for one in sifted]
    added = await tx.sql.fetch(
        """
        INSERT INTO batches (source, batch_id, terminal, datum, sent, kept, refused, digest, offline, corrected_us, at)
        SELECT source, batch_id, terminal, datum, sent, kept, refused::jsonb, digest, offline, corrected_us, $11
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::text[],
                    $8::bytea[], $9::boolean[], $10::bigint[])
             AS new (source, batch_id, terminal, datum, sent, kept, refused, digest, offline, corrected_us)
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
        [body.offline_round for body in bodies],
        [correction_us(body) for body in bodies],
        tx.now,
    )
    numbers = {(row["source"], row["batch_id"]): row["id"] for row in added}
    return [numbers[one.heard.source, one.heard.body.batch_id] for one in sifted]


async def area_numbers(tx: Transaction, ids: Collection[str]) -> dict[str, int]:
    rows = await tx.sql.fetch("SELECT id, number FROM areas WHERE id = ANY($1::text[])", list(ids))
    return {row["id"]: row["number"] for row in rows}


async def keep_terminals(tx: Transaction, terminals: Iterable[Terminal]) -> None:
    """What has changed of locked terminals.

    What was refused as impossible to reach is weighed with what they send next.
    """
    if changed := [one for one in terminals if one.changed]:
        await tx.sql.execute(
            """
            UPDATE terminals t
            SET doubted = new.doubted::jsonb, state = new.state::jsonb, clock_doubted = new.clock_doubted
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[])
                 AS new (number, doubted, state, clock_doubted)
            WHERE t.number = new.number
            """,
            [one.number for one in changed],
            [json.dumps(one.doubted) for one in changed],
            [one.state.model_dump_json() if one.state else None for one in changed],
            [one.clock_doubted for one in changed],
        )
