"""Every statement on who holds posts from day to day, and on who stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import asyncpg

from contracts.language.values import PersonRef
from contracts.roster import Holding, Post, StandInNamed
from services.roster.holder.holder import Substitute
from services.runtime.sql import Sql
from services.runtime.transaction import Transaction


async def look_again(tx: Transaction, post_ids: Sequence[str]) -> None:
    """Something about these posts has changed: the clock looks who holds them."""
    await tx.sql.execute(
        """
        INSERT INTO holders (post_id, look_on) SELECT id, $2 FROM unnest($1::text[]) AS changed (id)
        ON CONFLICT (post_id) DO UPDATE SET look_on = excluded.look_on
        """,
        post_ids,
        date.min,
    )


async def to_look_at(tx: Transaction, today: date, most: int) -> list[tuple[Post, Holding | None]]:
    """Posts about which something may be otherwise by today, locked, with what was told of each last."""
    rows = await tx.sql.fetch(
        """
        SELECT posts.body AS post, holders.body AS told FROM holders JOIN posts ON posts.id = holders.post_id
        WHERE look_on <= $1 ORDER BY look_on, post_id LIMIT $2 FOR UPDATE OF holders SKIP LOCKED
        """,
        today,
        most,
    )
    return [(Post.model_validate_json(row["post"]), _told(row["told"])) for row in rows]


def _told(body: str | None) -> Holding | None:
    return None if body is None else Holding.model_validate_json(body)


async def looked(tx: Transaction, found: Sequence[tuple[Holding, date | None]]) -> None:
    """Keep how each post is held, and when to look again."""
    await tx.sql.execute(
        """
        UPDATE holders SET body = new.body::jsonb, look_on = new.look_on
        FROM unnest($1::text[], $2::text[], $3::date[]) AS new (post_id, body, look_on)
        WHERE holders.post_id = new.post_id
        """,
        [one.post.id for one, _ in found],
        [one.model_dump_json() for one, _ in found],
        [day for _, day in found],
    )


async def name(tx: Transaction, one: Substitute, reason: str, by: str) -> None:
    await tx.sql.execute(
        """
        INSERT INTO stand_ins (post_id, person, first, last, reason, recorded_by, recorded_at)
        VALUES ($1, $2::text::jsonb, $3, $4, $5, $6, $7)
        """,
        one.post_id,
        one.person and one.person.model_dump_json(),
        one.first,
        one.last,
        reason,
        by,
        one.recorded_at,
    )


async def named(sql: Sql, post_ids: Sequence[str] | None = None) -> Mapping[str, list[Substitute]]:
    """Everybody ever named to stand in, by post; of all posts where none are named."""
    rows = await sql.fetch(
        """
        SELECT post_id, person, first, last, recorded_at FROM stand_ins
        WHERE $1::text[] IS NULL OR post_id = ANY($1::text[])
        ORDER BY recorded_at, id
        """,
        post_ids,
    )
    found: dict[str, list[Substitute]] = {}
    for row in rows:
        found.setdefault(row["post_id"], []).append(_substitute(row))
    return found


async def listed(tx: Transaction, below: str, post_id: str | None, on: date | None, most: int) -> list[StandInNamed]:
    """Everybody named for posts in and under a division, the latest recorded first."""
    rows = await tx.sql.fetch(
        """
        SELECT s.post_id, s.person, s.first, s.last, s.reason, s.recorded_by, s.recorded_at
        FROM stand_ins s JOIN posts p ON p.id = s.post_id
        WHERE starts_with(p.division, $1) AND ($2::text IS NULL OR s.post_id = $2)
          AND ($3::date IS NULL OR $3 BETWEEN s.first AND s.last)
        ORDER BY s.recorded_at DESC, s.id DESC LIMIT $4
        """,
        below,
        post_id,
        on,
        most,
    )
    return [StandInNamed(**{**dict(row), "person": _substitute(row).person}) for row in rows]


def _substitute(row: asyncpg.Record) -> Substitute:
    person = row["person"] and PersonRef.model_validate_json(row["person"])
    return Substitute(row["post_id"], person, row["first"], row["last"], row["recorded_at"])
