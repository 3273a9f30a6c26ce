"""Every statement on duties."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from uuid import UUID

import asyncpg

from contracts.language.division import Division
from contracts.language.values import Role
from contracts.law.duty import DutyRule
from contracts.patrol import DutyState, Order
from services.patrol.duty.asked import Asked
from services.patrol.duty.period import Days
from services.patrol.duty.standing import Placed, Standing
from services.runtime.transaction import Transaction


async def terms_of(tx: Transaction, asked: Collection[Asked]) -> dict[tuple[str, str, str], int]:
    """The numbers of the rules as they stand in each version, which are written down where they are new."""
    bodies = {key_of(one.rule_id, one.version, one.rule): one.rule.model_dump_json() for one in asked}
    rows = await tx.sql.fetch(
        """
        WITH new AS (
            INSERT INTO duty_terms (rule, version, digest, body)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
            ON CONFLICT DO NOTHING RETURNING id, rule, version, digest
        )
        SELECT * FROM new UNION
        SELECT id, rule, version, digest FROM duty_terms
        JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked (rule, version, digest) USING (rule, version, digest)
        """,
        [key[0] for key in bodies],
        [key[1] for key in bodies],
        [key[2] for key in bodies],
        list(bodies.values()),
    )
    return {(row["rule"], row["version"], row["digest"]): row["id"] for row in rows}


def key_of(rule_id: str, version: str, rule: DutyRule) -> tuple[str, str, str]:
    return rule_id, version, _digest(rule.model_dump_json())


@lru_cache(maxsize=1024)
def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


async def open_all(
    tx: Transaction, opened: Sequence[tuple[Standing, Asked]], order: Order | None = None
) -> list[Standing]:
    """Duties that are new; none is opened twice, nor beside one of the same post and rule whose period overlaps."""
    if not opened:
        return []
    asked = {id(one): one for _, one in opened}
    terms = await terms_of(tx, asked.values())
    numbers = {at: terms[key_of(one.rule_id, one.version, one.rule)] for at, one in asked.items()}
    rows = await tx.sql.fetch(
        """
        INSERT INTO duties (id, post_id, rule, terms, role, area_id, division, period_first, period_last, first, last,
                            soon_on, closes_on, order_number, order_text)
        SELECT n.*, $14, $15
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::date[],
                    $9::date[], $10::date[], $11::date[], $12::date[], $13::date[])
             AS n (id, post_id, rule, terms, role, area_id, division, period_first, period_last, first, last, soon_on,
                   closes_on)
        WHERE $14::text IS NOT NULL OR NOT EXISTS (
            SELECT FROM duties d WHERE d.post_id = n.post_id AND d.rule = n.rule
              AND d.period_last >= n.period_first AND d.period_first <= n.period_last
        )
        ON CONFLICT (id) DO NOTHING
        RETURNING id
        """,
        [duty.id for duty, _ in opened],
        [duty.post.id for duty, _ in opened],
        [duty.rule_id for duty, _ in opened],
        [numbers[id(one)] for _, one in opened],
        [duty.post.role.value for duty, _ in opened],
        [duty.post.area_id for duty, _ in opened],
        [duty.post.division for duty, _ in opened],
        [one.period.first for _, one in opened],
        [one.period.last for _, one in opened],
        [duty.days.first for duty, _ in opened],
        [duty.days.last for duty, _ in opened],
        [one.soon_on for _, one in opened],
        [one.closes_on for _, one in opened],
        None if order is None else order.number,
        None if order is None else order.text,
    )
    new = {row["id"] for row in rows}
    return [duty for duty, _ in opened if duty.id in new]


_COLUMNS = """
    d.id, d.post_id, d.rule, d.role, d.area_id, d.division, d.first, d.last, d.closes_on, d.state, d.done, d.reason,
    d.order_number, d.order_text, t.version, t.body AS terms
"""


def _standing(row: asyncpg.Record) -> Standing:
    return Standing(
        row["id"],
        Placed(row["post_id"], Role(row["role"]), row["area_id"], Division(row["division"])),
        row["rule"],
        _rule(row["terms"]),
        row["version"],
        Days(row["first"], row["last"]),
        row["closes_on"],
        DutyState(row["state"]),
        row["done"],
        row["reason"],
        None if row["order_number"] is None else Order(number=row["order_number"], text=row["order_text"]),
    )


@lru_cache(maxsize=1024)
def _rule(body: str) -> DutyRule:
    return DutyRule.model_validate_json(body)


async def take_due_soon(tx: Transaction, today: date, limit: int) -> list[Standing]:
    """Open duties of which nobody has been reminded, though their days run out; marked as reminded of."""
    rows = await tx.sql.fetch(
        f"""
        WITH due AS MATERIALIZED (
            SELECT id FROM duties WHERE soon_on <= $1 AND state = 'open' AND NOT reminded
            ORDER BY soon_on LIMIT $2 FOR UPDATE SKIP LOCKED
        ), d AS (
            UPDATE duties SET reminded = true FROM due WHERE duties.id = due.id RETURNING duties.*
        )
        SELECT {_COLUMNS} FROM d JOIN duty_terms t ON t.id = d.terms ORDER BY d.id
        """,
        today,
        limit,
    )
    return [_standing(row) for row in rows]


async def take_closing(tx: Transaction, today: date, limit: int) -> list[Standing]:
    """Open duties whose days, with those of grace, have passed; locked."""
    rows = await tx.sql.fetch(
        f"""
        WITH d AS MATERIALIZED (
            SELECT * FROM duties WHERE closes_on < $1 AND state = 'open'
            ORDER BY closes_on LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        SELECT {_COLUMNS} FROM d JOIN duty_terms t ON t.id = d.terms ORDER BY d.id
        """,
        today,
        limit,
    )
    return [_standing(row) for row in rows]


async def of_days(tx: Transaction, days: Sequence[tuple[str, date]]) -> list[Standing]:
    """The duties of posts of which any of some days is one that counts; locked."""
    if not days:
        return []
    rows = await tx.sql.fetch(
        f"""
        SELECT {_COLUMNS} FROM duties d JOIN duty_terms t ON t.id = d.terms
        WHERE EXISTS (
            SELECT FROM unnest($1::text[], $2::date[]) AS asked (post_id, day)
            WHERE d.post_id = asked.post_id AND d.first <= asked.day AND d.last >= asked.day
        ) AND d.post_id = ANY($1::text[]) ORDER BY d.id FOR UPDATE OF d
        """,
        [post_id for post_id, _ in days],
        [day for _, day in days],
    )
    return [_standing(row) for row in rows]


async def locked(tx: Transaction, duty_id: UUID) -> Standing | None:
    row = await tx.sql.fetchrow(
        f"SELECT {_COLUMNS} FROM duties d JOIN duty_terms t ON t.id = d.terms WHERE d.id = $1 FOR UPDATE OF d", duty_id
    )
    return None if row is None else _standing(row)


async def listed(
    tx: Transaction, within: str, post_id: str | None, state: str | None, on: date | None, limit: int
) -> list[Standing]:
    rows = await tx.sql.fetch(
        f"""
        SELECT {_COLUMNS} FROM duties d JOIN duty_terms t ON t.id = d.terms
        WHERE d.division LIKE $1 AND ($2::text IS NULL OR d.post_id = $2) AND ($3::text IS NULL OR d.state = $3)
          AND ($4::date IS NULL OR (d.first <= $4 AND d.last >= $4))
        ORDER BY d.last, d.id LIMIT $5
        """,
        f"{within}%",
        post_id,
        state,
        on,
        limit,
    )
    return [_standing(row) for row in rows]


async def save(tx: Transaction, duties: Sequence[Standing]) -> None:
    await tx.sql.execute(
        """
        UPDATE duties d SET state = n.state, done = n.done, reason = n.reason
        FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[]) AS n (id, state, done, reason) WHERE d.id = n.id
        """,
        [one.id for one in duties],
        [one.state.value for one in duties],
        [one.done for one in duties],
        [one.reason for one in duties],
    )


async def waiting_for_clock(tx: Transaction, today: date, basis: int) -> dict[str, int]:
    row = await tx.sql.fetchrow(
        """
        SELECT (SELECT count(*) FROM posts WHERE opened_to < $1 OR opened_by < $2) AS duties_to_open,
               (SELECT count(*) FROM duties WHERE soon_on <= $1 AND state = 'open' AND NOT reminded) AS reminders,
               (SELECT count(*) FROM duties WHERE closes_on < $1 AND state = 'open') AS duties_to_close
        """,
        today,
        basis,
    )
    return dict(row) if row else {}
