"""Every statement on the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import asyncpg

from contracts.language.division import Division
from contracts.targets import Amounts, Target, TargetProgress
from services.runtime.transaction import Transaction

AMOUNTS = ("reported", "mapped", "accepted", "preserved")


async def locked(tx: Transaction, target_ids: Sequence[str]) -> dict[str, TargetProgress]:
    """Those targets that exist, locked in the order of their ids until the transaction ends."""
    rows = await tx.sql.fetch(
        """
        SELECT id, body, reported, mapped, accepted, preserved
        FROM targets WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE
        """,
        list(set(target_ids)),
    )
    return {row["id"]: _progress(row) for row in rows}


async def set_target(tx: Transaction, target: Target) -> None:
    await tx.sql.execute(
        """
        INSERT INTO targets (id, year, division, body, set_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET year = $2, division = $3, body = $4, set_at = $5
        """,
        target.id,
        target.year,
        target.division,
        target.model_dump_json(),
        tx.now,
    )


async def save_sums(tx: Transaction, totals: Mapping[str, Amounts]) -> None:
    """The sums of targets, locked before."""
    if not totals:
        return
    await tx.sql.execute(
        """
        UPDATE targets SET reported = new.reported, mapped = new.mapped,
                           accepted = new.accepted, preserved = new.preserved
        FROM unnest($1::text[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[])
             AS new (id, reported, mapped, accepted, preserved)
        WHERE targets.id = new.id
        """,
        list(totals),
        *([getattr(total, name) for total in totals.values()] for name in AMOUNTS),
    )


async def plan(tx: Transaction, year: int, division: Division) -> tuple[TargetProgress, ...]:
    """The targets of a year in or under a division, with the amounts reached."""
    rows = await tx.sql.fetch(
        """
        SELECT id, body, reported, mapped, accepted, preserved
        FROM targets WHERE year = $1 AND starts_with(division, $2) ORDER BY division COLLATE "C", id COLLATE "C"
        """,
        year,
        division.significant,
    )
    return tuple(_progress(row) for row in rows)


def _progress(row: asyncpg.Record) -> TargetProgress:
    return TargetProgress(target=Target.model_validate_json(row["body"]), total=amounts_of(row))


def amounts_of(row: asyncpg.Record) -> Amounts:
    return Amounts(**{name: row[name] for name in AMOUNTS})
