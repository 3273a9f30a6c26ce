"""Every statement on the posts that have duties, and on what calls for more of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter

from contracts.language.division import Division
from contracts.language.values import Role
from contracts.patrol import Condition
from contracts.roster import Post
from services.patrol.duty.standing import Placed
from services.runtime.transaction import Transaction

_AS_READ: TypeAdapter[date] = TypeAdapter(date)
"""A post is kept in the words of its fact, in which a day may be written in more ways than ISO 8601 has."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A post whose duties are to be opened: since when they have been, and whether rules have changed since."""

    post: Placed
    ended_on: date | None
    opened_to: date
    anew: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """So many posts of one role in one division."""

    role: Role
    division: Division
    count: int


async def basis(tx: Transaction, law: str) -> int:
    """How often rules and conditions have been stated anew: what is under way is looked at again by each post."""
    count: int = await tx.sql.fetchval(
        """
        SELECT (SELECT coalesce(max(number), 0) FROM laws WHERE law = $1)
             + (SELECT coalesce(max(value), 0) FROM counters WHERE name = 'conditions')
        """,
        law,
    )
    return count


async def take_waiting(tx: Transaction, today: date, basis: int, limit: int) -> list[Waiting]:
    """Posts that have not been looked at today or on this basis; marked as looked at, locked."""
    rows = await tx.sql.fetch(
        """
        WITH anew AS MATERIALIZED (
            SELECT id, opened_to, true AS anew FROM posts WHERE opened_by < $2 LIMIT $3 FOR UPDATE SKIP LOCKED
        ), later AS MATERIALIZED (
            SELECT id, opened_to, false AS anew FROM posts WHERE opened_to < $1 AND opened_by >= $2
            LIMIT $3 - (SELECT count(*) FROM anew) FOR UPDATE SKIP LOCKED
        ), found AS (
            SELECT * FROM anew UNION ALL SELECT * FROM later
        )
        UPDATE posts p SET opened_to = greatest(p.opened_to, $1), opened_by = greatest(p.opened_by, $2)
        FROM found WHERE p.id = found.id
        RETURNING p.id, p.role, p.area_id, p.division, p.ended_on, found.opened_to, found.anew
        """,
        today,
        basis,
        limit,
    )
    return [
        Waiting(
            Placed(row["id"], Role(row["role"]), row["area_id"], Division(row["division"])),
            _AS_READ.validate_strings(row["ended_on"]) if row["ended_on"] else None,
            row["opened_to"],
            row["anew"],
        )
        for row in rows
    ]


async def alike(tx: Transaction) -> list[Alike]:
    """How many posts that stand are alike to the rules."""
    rows = await tx.sql.fetch(
        """
        SELECT role, division, count(*) AS count FROM posts WHERE ended_on IS NULL
        GROUP BY role, division ORDER BY division, role
        """
    )
    return [Alike(Role(row["role"]), Division(row["division"]), row["count"]) for row in rows]


async def conditions_since(tx: Transaction, day: date) -> list[Condition]:
    rows = await tx.sql.fetch("SELECT body FROM conditions WHERE last >= $1 ORDER BY id", day)
    return [Condition.model_validate_json(row["body"]) for row in rows]


async def state_condition(tx: Transaction, condition: Condition) -> bool:
    """Whether anything has changed; every post is then looked at again."""
    done = await tx.sql.fetchval(
        """
        INSERT INTO conditions (id, first, last, body) VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO UPDATE SET first = excluded.first, last = excluded.last, body = excluded.body
        WHERE conditions.body <> excluded.body
        RETURNING true
        """,
        condition.id,
        condition.first,
        condition.last,
        condition.model_dump_json(),
    )
    if done:
        await tx.sql.execute(
            """
            INSERT INTO counters (name, value) VALUES ('conditions', 1)
            ON CONFLICT (name) DO UPDATE SET value = counters.value + 1
            """
        )
    return bool(done)


async def posts(tx: Transaction, ids: Collection[str]) -> Mapping[str, Post]:
    rows = await tx.sql.fetch("SELECT id, body FROM posts WHERE id = ANY($1::text[])", sorted(set(ids)))
    return {row["id"]: Post.model_validate_json(row["body"]) for row in rows}


async def offices_of(tx: Transaction, person: str) -> list[Post]:
    """The posts of chief offices to which a person was ever appointed."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM posts WHERE role = 'office'
          AND body @> jsonb_build_object('appointments', jsonb_build_array(
                jsonb_build_object('person', jsonb_build_object('id', $1::text))))
        ORDER BY id
        """,
        person,
    )
    return [Post.model_validate_json(row["body"]) for row in rows]
