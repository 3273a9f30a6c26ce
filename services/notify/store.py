"""Every statement on the tables of notify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.language.division import Division
from contracts.language.rules import Wrong, broken
from contracts.notify import Channel, Notice
from contracts.roster import Post
from services.notify.telling import Fate, Posts, Recipient
from services.runtime.ids import uuid7
from services.runtime.problem import Problem
from services.runtime.transaction import Sql, Transaction

Key = str
"""The `ce-id` of the fact: what makes it one thing to tell, however often it is told."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that could be told, in its words."""

    thing_id: str
    about: str
    happened_at: datetime
    division: Division
    fate: Fate
    title: str
    body: str
    to: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as it is kept, with what says whose it is."""

    notice: Notice
    division: Division
    person_id: str | None
    unit_id: str


async def load_posts(sql: Sql) -> Posts:
    rows = await sql.fetch("SELECT body FROM posts")
    return Posts(Post.model_validate_json(row["body"]) for row in rows)


async def add(tx: Transaction, tellings: Mapping[Key, Telling]) -> dict[Key, list[tuple[UUID, Recipient]]]:
    """Write down those that are new; returns their notices with their ids."""
    keys = sorted(tellings)
    ordered = [tellings[key] for key in keys]
    rows = await tx.sql.fetch(
        """
        INSERT INTO tellings (message_id, thing_id, about, happened_at, division, fate, title, body, at)
        SELECT *, $9
        FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
                    $8::text[])
        ON CONFLICT (message_id) DO NOTHING
        RETURNING id, message_id
        """,
        keys,
        [one.thing_id for one in ordered],
        [one.about for one in ordered],
        [one.happened_at for one in ordered],
        [one.division for one in ordered],
        [one.fate.value for one in ordered],
        [one.title for one in ordered],
        [one.body for one in ordered],
        tx.now,
    )
    added: dict[Key, list[tuple[UUID, Recipient]]] = {}
    notices = []
    for row in rows:
        key = row["message_id"]
        telling = tellings[key]
        added[key] = [(UUID(uuid7()), to) for to in telling.to] if telling.fate is Fate.TOLD else []
        notices += [(notice_id, row["id"], to) for notice_id, to in added[key]]
    await _add_notices(tx, notices)
    return added


async def _add_notices(tx: Transaction, notices: Sequence[tuple[UUID, int, Recipient]]) -> None:
    await tx.sql.execute(
        """
        INSERT INTO notices (id, telling_id, post_id, person_id, person_name, unit_id, unit_name, channel)
        SELECT *, $8
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
        """,
        [notice_id for notice_id, _, _ in notices],
        [telling_id for _, telling_id, _ in notices],
        [to.post_id for _, _, to in notices],
        [to.person and to.person.id for _, _, to in notices],
        [to.person and to.person.name for _, _, to in notices],
        [to.unit.id for _, _, to in notices],
        [to.unit.name for _, _, to in notices],
        Channel.IN_APP.value,
    )


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
