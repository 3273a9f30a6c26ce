"""Every statement on cases and their moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from uuid import UUID

from contracts.cases import Case, CaseFact, CaseState, Repeats
from contracts.language.division import Division
from contracts.language.rules import Wrong, broken
from contracts.language.values import CaseRef, day_of
from services.cases.case import case as rules
from services.cases.case import closing
from services.cases.law.campaign import RECTIFIED
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction

_COLUMNS = {
    "id": "uuid",
    "incident_id": "uuid",
    "number": "text",
    "campaign": "text",
    "kind": "text",
    "division": "text",
    "state": "text",
    "owner_due_on": "date",
    "unit_id": "text",
    "cause": "text",
    "party": "text",
    "area_id": "text",
    "closed_on": "date",
    "ladder_on": "date",
    "look_back_on": "date",
    "notice_until": "date",
    "body": "text",
}
_NAMES = ", ".join(_COLUMNS)
_ARRAYS = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_COLUMNS.values(), 1))
_N = len(_COLUMNS)


def _row(tx: Transaction, case: Case, ladder_on: date | None) -> tuple[object, ...]:
    """A case as the values of `_COLUMNS`."""
    return (
        UUID(case.ref.id),
        case.incident_id,
        case.ref.number,
        case.campaign,
        case.kind.value,
        case.ref.division,
        case.state.value,
        case.owner and case.owner.due_on,
        case.unit and case.unit.id,
        case.cause,
        case.party,
        case.area_id,
        case.closed_on,
        ladder_on,
        case.look_back_on,
        closing.notice_ends_on(case),
        tx.texts.of(case),
    )


async def numbers(tx: Transaction, divisions: Sequence[Division]) -> list[str]:
    """The next number in the book of each division's county, in their order; the books' rows stay locked."""
    year = day_of(tx.now).year
    wanted = Counter(division[:6] for division in divisions)
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
    free = {row["county"]: count(row["last"] - wanted[row["county"]] + 1) for row in rows}
    return [rules.numbered(year, division[:6], next(free[division[:6]])) for division in divisions]


async def add(
    tx: Transaction, cases: Sequence[Case], by: str, ladder: Mapping[str, date | None], word: str = "register"
) -> None:
    """New cases with their first move; `ladder` says by id when the ladder must look at each."""
    if not cases:
        return
    rows = [_row(tx, case, ladder[case.ref.id]) for case in cases]
    await tx.sql.execute(
        f"""
        WITH new AS (
            SELECT * FROM unnest({_ARRAYS}, ${_N + 3}::date[]) AS new ({_NAMES}, on_day)
        ), moved AS (
            INSERT INTO moves (case_id, move, after, by, at, on_day, due_on, campaign, division, kind)
            SELECT id, ${_N + 4}, state, ${_N + 1}, ${_N + 2}, on_day, owner_due_on, campaign, division, kind FROM new
        )
        INSERT INTO cases ({_NAMES}, opened_at) SELECT {_NAMES}, ${_N + 2} FROM new
        """,
        *zip(*rows, strict=True),
        by,
        tx.now,
        [case.moved_on for case in cases],
        word,
    )


async def found(tx: Transaction, case_id: UUID) -> Case:
    """The case as it stands. Raises Problem 404."""
    return _case(case_id, await tx.sql.fetchval("SELECT body FROM cases WHERE id = $1", case_id))


def _case(case_id: UUID, body: str | None) -> Case:
    if body is None:
        errors = [Wrong(field="case_id", rule=broken("must_be_case"))]
        raise Problem(404, "no-such-case", broken("no_case", id=case_id), errors=errors)
    return Case.model_validate_json(body)


@dataclass(frozen=True, slots=True)
class Change:
    """One move of a case: from `before` by which word to the case that `fact` tells of, and what is told besides."""

    before: Case
    fact: CaseFact
    word: str
    reason: str | None = None
    besides: tuple[CaseFact, ...] = ()


async def save(tx: Transaction, changes: Sequence[Change], ladder: Mapping[str, date | None]) -> None:
    """Write moved cases and their moves, in order; a new owner or day may fall overdue anew."""
    newest = {change.fact.case.ref.id: change for change in changes}
    first = {change.before.ref.id: change.before for change in reversed(changes)}
    rows = [_row(tx, change.fact.case, ladder[id]) for id, change in newest.items()]
    await tx.sql.execute(
        f"""
        UPDATE cases SET ({_NAMES}, overdue_told, look_back_told) = ROW(
            {", ".join(f"new.{name}" for name in _COLUMNS)}, overdue_told AND same_owner,
            look_back_told AND cases.look_back_on IS NOT DISTINCT FROM new.look_back_on
        ) FROM unnest({_ARRAYS}, ${_N + 1}::boolean[]) AS new ({_NAMES}, same_owner) WHERE cases.id = new.id
        """,
        *zip(*rows, strict=True),
        [first[id].owner == change.fact.case.owner for id, change in newest.items()],
    )
    for change in changes:
        await _write_move(tx, change)


async def _write_move(tx: Transaction, change: Change) -> None:
    case, fact = change.fact.case, change.fact
    await tx.sql.execute(
        """
        WITH ended AS (UPDATE moves SET next_on = $6 WHERE case_id = $1 AND next_on IS NULL)
        INSERT INTO moves (case_id, move, before, after, by, on_day, reason, at, due_on, campaign, division, kind)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        UUID(case.ref.id),
        change.word,
        change.before.state.value,
        case.state.value,
        fact.by,
        fact.on,
        change.reason,
        fact.at,
        case.owner and case.owner.due_on,
        case.campaign,
        case.ref.division,
        case.kind.value,
    )


async def locked_all(tx: Transaction, case_ids: Sequence[UUID]) -> list[Case]:
    """Those cases as named, locked in the order of their ids. Raises Problem 404 for one that there is not."""
    rows = await tx.sql.fetch(
        "SELECT id, body FROM cases WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(case_ids)
    )
    found = {row["id"]: row["body"] for row in rows}
    return [_case(case_id, found.get(case_id)) for case_id in case_ids]


async def found_all(tx: Transaction, case_ids: Sequence[UUID]) -> list[Case]:
    """Those cases as named and as they stand. Raises Problem 404 for one that there is not."""
    rows = await tx.sql.fetch("SELECT id, body FROM cases WHERE id = ANY($1::uuid[])", list(case_ids))
    found = {row["id"]: row["body"] for row in rows}
    return [_case(case_id, found.get(case_id)) for case_id in case_ids]


async def of_unit(
    tx: Transaction, unit_id: str, states: Sequence[CaseState], division: Division, limit: int
) -> list[Case]:
    """Cases of a unit in some states and in a division, locked."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM cases WHERE unit_id = $1 AND state = ANY($2::text[]) AND starts_with(division, $3)
        ORDER BY id LIMIT $4 FOR UPDATE
        """,
        unit_id,
        [state.value for state in states],
        division.significant,
        limit,
    )
    return [Case.model_validate_json(row["body"]) for row in rows]


async def open_by_state(tx: Transaction) -> dict[str, int]:
    """How many cases are open in each state in which one is; no closed one is met (cases_open)."""
    return {row["state"]: row["open"] for row in await tx.sql.fetch(OPEN_BY_STATE)}


OPEN_BY_STATE = "SELECT state, count(*) AS open FROM cases WHERE owner_due_on IS NOT NULL GROUP BY state"


async def some_open(tx: Transaction, most: int) -> tuple[list[Case], int]:
    """The first open cases by their ids, and how many there are."""
    rows = await tx.sql.fetch("SELECT body FROM cases WHERE owner_due_on IS NOT NULL ORDER BY id LIMIT $1", most)
    there_are = await tx.sql.fetchval("SELECT count(*) FROM cases WHERE owner_due_on IS NOT NULL")
    return [Case.model_validate_json(row["body"]) for row in rows], there_are


async def restate(tx: Transaction, cases: Sequence[Case]) -> None:
    """Write cases anew that have not moved."""
    await tx.sql.execute(
        """
        UPDATE cases SET body = new.body FROM unnest($1::uuid[], $2::text[]) AS new (id, body)
        WHERE cases.id = new.id
        """,
        [UUID(case.ref.id) for case in cases],
        [tx.texts.of(case) for case in cases],
    )


AT_ONCE = 200
"""Cases that time, or the end of a unit, moves in one transaction."""
REPEATS_LINKED = 10
"""Of the earlier cases, so many are named; all are counted."""


async def repeats(tx: Transaction, case: Case, cause: str | None, since: date) -> Repeats:
    """What was put right since a day: at the same place and of the same kind, of the same party, by the same cause."""
    rows = await tx.sql.fetch(
        """
        SELECT why, count(*) OVER (PARTITION BY why) AS n, number, id, division, closed_on FROM (
            SELECT 'place' AS why, id, number, division, closed_on, body FROM cases
            WHERE area_id = $2 AND kind = $3 AND closed_on >= $6 AND id <> $1
            UNION ALL
            SELECT 'party', id, number, division, closed_on, body FROM cases
            WHERE party = $4 AND closed_on >= $6 AND id <> $1
            UNION ALL
            SELECT 'cause', id, number, division, closed_on, body FROM cases
            WHERE cause = $5 AND starts_with(division, $7) AND closed_on >= $6 AND id <> $1
        ) AS earlier WHERE body::jsonb ->> 'route' = ANY($8::text[]) ORDER BY closed_on DESC, number DESC
        """,
        UUID(case.ref.id),
        case.area_id,
        case.kind.value,
        case.party,
        cause,
        since,
        case.ref.division[:6],
        [route.value for route in RECTIFIED],
    )
    latest = {
        row["id"]: CaseRef(id=str(row["id"]), number=row["number"], division=Division(row["division"])) for row in rows
    }
    counts = {row["why"]: row["n"] for row in rows}
    return Repeats(**counts, cases=tuple(latest.values())[:REPEATS_LINKED])
