"""Every statement on the tables of cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from contracts.cases import Case
from contracts.commands import ListCases
from contracts.division import Division
from contracts.roster import Post
from services.cases.post import Posts
from services.runtime.problem import Problem
from services.runtime.transaction import Sql, Transaction


async def load_posts(sql: Sql) -> Posts:
    rows = await sql.fetch("SELECT body FROM posts")
    return Posts(Post.model_validate_json(row["body"]) for row in rows)


async def unopened(tx: Transaction, incident_ids: Sequence[UUID]) -> set[UUID]:
    """Those incidents that have no case."""
    rows = await tx.sql.fetch("SELECT incident_id FROM cases WHERE incident_id = ANY($1::uuid[])", incident_ids)
    return set(incident_ids) - {row["incident_id"] for row in rows}


async def weigh(tx: Transaction, weights: Mapping[UUID, int]) -> dict[UUID, int]:
    """Keep the greatest weight known of each incident; returns it, its row locked until the transaction ends.

    Both who opens a case and who hears of a corroboration come through here first, so that neither misses the other.
    """
    ids = sorted(weights)
    rows = await tx.sql.fetch(
        """
        INSERT INTO corroborations (incident_id, weight) SELECT * FROM unnest($1::uuid[], $2::integer[])
        ON CONFLICT (incident_id) DO UPDATE SET weight = greatest(corroborations.weight, excluded.weight)
        RETURNING incident_id, weight
        """,
        ids,
        [weights[incident_id] for incident_id in ids],
    )
    return {row["incident_id"]: row["weight"] for row in rows}


async def take_numbers(tx: Transaction, year: int, counties: Sequence[str]) -> dict[str, int]:
    """The last number given in each county before as many as it is named were taken; its row stays locked."""
    wanted = Counter(counties)
    rows = await tx.sql.fetch(
        """
        INSERT INTO numbers (year, county, last)
        SELECT $1, county, taken FROM unnest($2::text[], $3::integer[]) AS new (county, taken)
        ON CONFLICT (year, county) DO UPDATE SET last = numbers.last + excluded.last
        RETURNING county, last
        """,
        year,
        sorted(wanted),
        [wanted[county] for county in sorted(wanted)],
    )
    return {row["county"]: row["last"] - wanted[row["county"]] for row in rows}


async def add(tx: Transaction, cases: Sequence[Case], by: str) -> None:
    """New cases with their first move."""
    if not cases:
        return
    await tx.sql.execute(
        """
        WITH new AS (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                                 $8::date[], $9::text[])
                AS new (id, incident_id, number, campaign, kind, division, state, owner_due_on, body)
        ), moved AS (
            INSERT INTO moves (case_id, move, after, by, at) SELECT id, 'register', state, $10, $11 FROM new
        )
        INSERT INTO cases (id, incident_id, number, campaign, kind, division, state, owner_due_on, body, opened_at)
        SELECT *, $11 FROM new
        """,
        [UUID(case.ref.id) for case in cases],
        [case.incident_id for case in cases],
        [case.ref.number for case in cases],
        [case.campaign for case in cases],
        [case.kind.value for case in cases],
        [case.ref.division for case in cases],
        [case.state.value for case in cases],
        [case.owner and case.owner.due_on for case in cases],
        [case.model_dump_json() for case in cases],
        by,
        tx.now,
    )


async def found(tx: Transaction, case_id: UUID) -> Case:
    """The case as it stands. Raises Problem 404."""
    return _case(case_id, await tx.sql.fetchval("SELECT body FROM cases WHERE id = $1", case_id))


async def locked(tx: Transaction, case_id: UUID) -> Case:
    """The case, locked until the transaction ends. Raises Problem 404."""
    return _case(case_id, await tx.sql.fetchval("SELECT body FROM cases WHERE id = $1 FOR UPDATE", case_id))


def _case(case_id: UUID, body: str | None) -> Case:
    if body is None:
        errors = [{"field": "case_id", "rule": "must be the id of a case"}]
        raise Problem(404, "no-such-case", f"there is no case {case_id}", errors=errors)
    return Case.model_validate_json(body)


async def save(tx: Transaction, before: Case, after: Case, move: str, by: str, reason: str | None) -> None:
    """Write a moved case and its move; a new owner or day may fall overdue anew."""
    await tx.sql.execute(
        """
        WITH moved AS (
            INSERT INTO moves (case_id, move, before, after, by, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
        )
        UPDATE cases SET state = $4, owner_due_on = $8, overdue_told = overdue_told AND $9, body = $10 WHERE id = $1
        """,
        UUID(after.ref.id),
        move,
        before.state.value,
        after.state.value,
        by,
        reason,
        tx.now,
        after.owner and after.owner.due_on,
        before.owner == after.owner,
        after.model_dump_json(),
    )


async def raise_weights(tx: Transaction, weights: Mapping[UUID, int]) -> list[Case]:
    """Give cases the weight of their incidents; returns those that grew."""
    rows = await tx.sql.fetch(
        "SELECT body FROM cases WHERE incident_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", sorted(weights)
    )
    cases = [Case.model_validate_json(row["body"]) for row in rows]
    grown = [
        case.model_copy(update={"weight": weights[case.incident_id]})
        for case in cases
        if case.weight < weights[case.incident_id]
    ]
    await tx.sql.execute(
        """
        UPDATE cases SET body = new.body FROM unnest($1::uuid[], $2::text[]) AS new (id, body)
        WHERE cases.id = new.id
        """,
        [UUID(case.ref.id) for case in grown],
        [case.model_dump_json() for case in grown],
    )
    return grown


async def take_overdue(tx: Transaction, today: date, limit: int = 256) -> list[Case]:
    """Cases whose owner's day has passed and of which that has not been told; they are now marked as told."""
    rows = await tx.sql.fetch(
        """
        UPDATE cases SET overdue_told = true WHERE id IN (
            SELECT id FROM cases WHERE owner_due_on < $1 AND NOT overdue_told
            ORDER BY owner_due_on LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING body
        """,
        today,
        limit,
    )
    return [Case.model_validate_json(row["body"]) for row in rows]


async def untold_overdue(tx: Transaction, today: date) -> int:
    count: int = await tx.sql.fetchval("SELECT count(*) FROM cases WHERE owner_due_on < $1 AND NOT overdue_told", today)
    return count


async def listed(tx: Transaction, division: Division, asked: ListCases, today: date) -> tuple[tuple[Case, ...], int]:
    """One page of the cases in or under a division, newest first, and how many there are."""
    where = """
        starts_with(division, $1) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR kind = $3)
        AND ($4::boolean IS NULL OR $4 = coalesce(owner_due_on < $5, false))
        AND ($6::uuid IS NULL OR incident_id = $6) AND ($7::text IS NULL OR number = $7)
    """
    arguments = (division.significant, asked.state, asked.kind, asked.overdue, today, asked.incident_id, asked.number)
    rows = await tx.sql.fetch(
        f"SELECT body FROM cases WHERE {where} ORDER BY opened_at DESC, number DESC LIMIT $8 OFFSET $9",
        *arguments,
        asked.limit,
        asked.offset,
    )
    total: int = await tx.sql.fetchval(f"SELECT count(*) FROM cases WHERE {where}", *arguments)
    return tuple(Case.model_validate_json(row["body"]) for row in rows), total
