"""Every statement on notices and their receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from contracts.language.division import Division
from contracts.language.rules import Wrong, broken
from contracts.notify import Channel, Notice
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as it is kept, with what says whose it is."""

    notice: Notice
    division: Division
    person_id: str | None
    unit_id: str


_NOTICE = """
    SELECT n.id, t.about, t.thing_id, t.title, t.body, n.channel, t.at, n.receipted_at,
           t.division, n.person_id, n.unit_id
    FROM notices n JOIN tellings t ON t.id = n.telling_id
"""
_MINE = "WHERE n.person_id = $1 OR (n.person_id IS NULL AND n.unit_id = ANY($2::text[]))"


async def of(tx: Transaction, person_id: str, unit_ids: Sequence[str], limit: int) -> tuple[tuple[Notice, ...], int]:
    """The newest notices of a person and of the units that it reads for, and how many there are."""
    rows = await tx.sql.fetch(f"{_NOTICE} {_MINE} ORDER BY t.id DESC, n.id LIMIT $3", person_id, unit_ids, limit)
    total: int = await tx.sql.fetchval(f"SELECT count(*) FROM notices n {_MINE}", person_id, unit_ids)
    return tuple(_notice(row) for row in rows), total


async def locked(tx: Transaction, notice_id: UUID) -> Kept:
    """A notice, locked until the transaction ends. Raises Problem 404."""
    row = await tx.sql.fetchrow(f"{_NOTICE} WHERE n.id = $1 FOR UPDATE OF n", notice_id)
    if row is None:
        errors = [Wrong(field="notice_id", rule=broken("must_be_notice"))]
        raise Problem(404, "no-such-notice", broken("no_notice", id=notice_id), errors=errors)
    return Kept(_notice(row), Division(row["division"]), row["person_id"], row["unit_id"])


async def receipt(tx: Transaction, notice_id: UUID, by: str) -> None:
    await tx.sql.execute("UPDATE notices SET receipted_at = $2, receipted_by = $3 WHERE id = $1", notice_id, tx.now, by)


def _notice(row: asyncpg.Record) -> Notice:
    return Notice(
        id=row["id"],
        about=row["about"],
        thing_id=row["thing_id"],
        title=row["title"],
        body=row["body"],
        channel=Channel(row["channel"]),
        at=row["at"],
        receipted_at=row["receipted_at"],
    )
