"""Every statement on the tables of cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from uuid import UUID

from contracts.cases import Case, CaseFact, CaseState, CauseNamed, ListCases, MoveMade, Repeats, Review
from contracts.language.division import Division
from contracts.language.rules import Wrong, broken
from contracts.language.values import CaseRef, day_of
from contracts.roster import Post
from services.cases import case as rules
from services.cases import closing
from services.cases.campaign import RECTIFIED, Causes, read
from services.cases.post import Posts
from services.runtime.problem import Problem
from services.runtime.transaction import Sql, Transaction

REPEATS_LINKED = 10
"""Of the earlier cases, so many are named; all are counted."""


async def load_posts(sql: Sql) -> Posts:
    rows = await sql.fetch("SELECT body FROM posts")
    return Posts(Post.model_validate_json(row["body"]) for row in rows)


async def unopened(tx: Transaction, incident_ids: Sequence[UUID]) -> set[UUID]:
    """Those incidents that have no case."""
    rows = await tx.sql.fetch("SELECT incident_id FROM cases WHERE incident_id = ANY($1::uuid[])", incident_ids)
    return set(incident_ids) - {row["incident_id"] for row in rows}


async def weigh(tx: Transaction, weights: Mapping[UUID, int]) -> dict[UUID, tuple[int, int]]:
    """Keep the greatest weight known of each incident; returns it and by how much it grew, its row locked until the
    transaction ends.

    Both who opens a case and who hears of a corroboration come through here first, so that neither misses the other.
    """
    ids = sorted(weights)
    rows = await tx.sql.fetch(
        """
        INSERT INTO corroborations (incident_id, weight) SELECT * FROM unnest($1::uuid[], $2::integer[])
        ON CONFLICT (incident_id) DO UPDATE SET weight = greatest(corroborations.weight, excluded.weight)
        RETURNING incident_id, new.weight, new.weight - coalesce(old.weight, 0) AS gained
        """,
        ids,
        [weights[incident_id] for incident_id in ids],
    )
    return {row["incident_id"]: (row["weight"], row["gained"]) for row in rows}


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


def _row(case: Case, ladder_on: date | None) -> tuple[object, ...]:
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
        case.model_dump_json(),
    )


async def add(
    tx: Transaction, cases: Sequence[Case], by: str, ladder: Mapping[str, date | None], word: str = "register"
) -> None:
    """New cases with their first move; `ladder` says by id when the ladder must look at each."""
    if not cases:
        return
    rows = [_row(case, ladder[case.ref.id]) for case in cases]
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
    rows = [_row(change.fact.case, ladder[id]) for id, change in newest.items()]
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


async def name_import(tx: Transaction, rows: Sequence[tuple[Case, bytes]]) -> None:
    """Which row of which old ledger each case was taken from."""
    await tx.sql.execute(
        """
        UPDATE cases SET source = new.source, external_id = new.external_id, digest = new.digest
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) AS new (id, source, external_id, digest)
        WHERE cases.id = new.id
        """,
        [UUID(case.ref.id) for case, _ in rows],
        [case.source for case, _ in rows],
        [case.external_id for case, _ in rows],
        [digest for _, digest in rows],
    )


async def digests(tx: Transaction, case_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """What the imported ones of these cases were read from."""
    rows = await tx.sql.fetch("SELECT id, digest FROM cases WHERE id = ANY($1::uuid[])", case_ids)
    return {row["id"]: row["digest"] for row in rows}


async def history(tx: Transaction, case_id: UUID) -> tuple[MoveMade, ...]:
    rows = await tx.sql.fetch(
        """
        SELECT move, before, after, by, reason, on_day AS on, at FROM moves WHERE case_id = $1 ORDER BY id
        """,
        case_id,
    )
    return tuple(MoveMade.model_validate(dict(row)) for row in rows)


async def locked_all(tx: Transaction, case_ids: Sequence[UUID]) -> list[Case]:
    """Those cases as named, locked in the order of their ids. Raises Problem 404 for one that there is not."""
    rows = await tx.sql.fetch(
        "SELECT id, body FROM cases WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(case_ids)
    )
    found = {row["id"]: row["body"] for row in rows}
    return [_case(case_id, found.get(case_id)) for case_id in case_ids]


async def of_incidents(tx: Transaction, incident_ids: Sequence[UUID]) -> list[tuple[UUID, Case, set[str]]]:
    """The cases of incidents with the words of the moves they have made, locked in the order of their ids."""
    rows = await tx.sql.fetch(
        """
        SELECT incident_id, body, ARRAY(SELECT DISTINCT move FROM moves WHERE case_id = cases.id) AS moves
        FROM cases WHERE incident_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE
        """,
        incident_ids,
    )
    return [(row["incident_id"], Case.model_validate_json(row["body"]), set(row["moves"])) for row in rows]


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


async def raise_weights(tx: Transaction, gained: Mapping[UUID, int]) -> list[tuple[UUID, Case]]:
    """Let cases weigh more by what their incidents gained; returns those incidents, each with the case that grew.

    What is said of a duplicate weighs on the case that it was merged into.
    """
    rows = await tx.sql.fetch(
        "SELECT incident_id, body FROM cases WHERE incident_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(gained)
    )
    bearing = [(row["incident_id"], Case.model_validate_json(row["body"])) for row in rows]
    while merged := {UUID(case.merged_into.id) for _, case in bearing if case.merged_into is not None}:
        survivors = {UUID(case.ref.id): case for case in await locked_all(tx, list(merged))}
        bearing = [(id, survivors[UUID(one.merged_into.id)] if one.merged_into else one) for id, one in bearing]
    grown: dict[str, Case] = {}
    for incident_id, case in bearing:
        known = grown.get(case.ref.id, case)
        grown[case.ref.id] = known.model_copy(update={"weight": known.weight + gained[incident_id]})
    await restate(tx, list(grown.values()))
    return list({case.ref.id: (incident_id, grown[case.ref.id]) for incident_id, case in bearing}.values())


async def restate(tx: Transaction, cases: Sequence[Case]) -> None:
    """Write cases anew that have not moved."""
    await tx.sql.execute(
        """
        UPDATE cases SET body = new.body FROM unnest($1::uuid[], $2::text[]) AS new (id, body)
        WHERE cases.id = new.id
        """,
        [UUID(case.ref.id) for case in cases],
        [case.model_dump_json() for case in cases],
    )


async def add_review(tx: Transaction, review: Review) -> None:
    await tx.sql.execute(
        """
        WITH added AS (INSERT INTO reviews (id, body) VALUES ($1, $2))
        INSERT INTO reviewed (case_id, review_id) SELECT unnest($3::uuid[]), $1
        """,
        review.id,
        review.model_dump_json(),
        [UUID(ref.id) for ref in review.sampled],
    )


async def reviews_of(tx: Transaction, case_id: UUID) -> tuple[Review, ...]:
    """The reviews that looked at a case, the first first."""
    rows = await tx.sql.fetch(
        "SELECT body FROM reviewed JOIN reviews ON id = review_id WHERE case_id = $1 ORDER BY body->>'on', id", case_id
    )
    return tuple(Review.model_validate_json(row["body"]) for row in rows)


async def load_causes(sql: Sql) -> Causes:
    rows = await sql.fetch("SELECT cause, words, words_en FROM causes ORDER BY cause")
    stated = {cause: tuple(words) for cause, words in read("causes.json").items()}
    return {**stated, **{row["cause"]: (row["words"], row["words_en"]) for row in rows}}


async def add_cause(tx: Transaction, named: CauseNamed) -> None:
    await tx.sql.execute(
        "INSERT INTO causes (cause, words, words_en) VALUES ($1, $2, $3)", named.cause, named.words, named.words_en
    )


async def listed(
    tx: Transaction, division: Division, units: Sequence[str] | None, asked: ListCases, today: date
) -> tuple[tuple[Case, ...], int]:
    """One page of the cases in or under a division, or of some units, newest first, and how many there are."""
    where = """
        CASE WHEN $9::text[] IS NULL THEN starts_with(division, $1) ELSE unit_id = ANY($9) END
        AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR kind = $3)
        AND ($4::boolean IS NULL OR $4 = coalesce(owner_due_on < $5, false))
        AND ($6::uuid IS NULL OR incident_id = $6) AND ($7::text IS NULL OR number = $7)
        AND ($8::text IS NULL OR campaign = $8)
        AND ($10::boolean IS NULL OR $10 = coalesce(look_back_on <= $5, false))
    """
    arguments = (
        division.significant,
        asked.state,
        asked.kind,
        asked.overdue,
        today,
        asked.incident_id,
        asked.number,
        asked.campaign,
        units,
        asked.look_back_due,
    )
    rows = await tx.sql.fetch(
        f"SELECT body FROM cases WHERE {where} ORDER BY opened_at DESC, number DESC LIMIT $11 OFFSET $12",
        *arguments,
        asked.limit,
        asked.offset,
    )
    total: int = await tx.sql.fetchval(f"SELECT count(*) FROM cases WHERE {where}", *arguments)
    return tuple(Case.model_validate_json(row["body"]) for row in rows), total
