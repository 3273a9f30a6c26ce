"""The demo's books: what was sent against what the five schemas and the bus hold, each line exact."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import asyncpg

from cli.bus import Bus
from cli.demo.book import Book
from cli.demo.desk import Imports
from cli.demo.ledger_books import ledger
from cli.demo.people import People
from cli.demo.reports import Expected, Post
from contracts.cases import CaseCorroborated, CaseFact, CaseOverdue, CasePassedOn, LookBackDue
from contracts.commands import OPERATOR
from contracts.event import Fact
from contracts.incident import ALARMS
from contracts.intake import IncidentReport, ProgressReport, TrackBatch
from contracts.supervision import LadderStopped, LetterFact
from contracts.wiring import FACTS, SERVICES
from deploy.local.home import Run


@dataclass
class Account:
    """What was sent, kept by the sender."""

    posts: list[Post] = field(default_factory=list)
    not_taken: int = 0

    def sent(self, post: Post, taken: bool) -> None:
        if taken:
            self.posts.append(post)
        else:
            self.not_taken += 1

    def of(self, kind: type[IncidentReport | ProgressReport | TrackBatch]) -> list[Post]:
        return [post for post in self.posts if post.type == kind.type()]

    def expected(self, kind: type[IncidentReport | ProgressReport]) -> Counter[str]:
        return Counter(post.expected.value for post in self.of(kind))


async def audit(
    run: Run,
    buses: Mapping[str, Bus],
    account: Account,
    expected_mu: dict[str, Decimal],
    people: People,
    imports: Imports,
) -> list[Book]:
    """Every book of the play. Reads each schema with its own service's role."""
    reader = buses["reader"]
    schemas = {name: await asyncpg.connect(run.databases[name]) for name in SERVICES}
    try:
        return [
            *await _reports(schemas, reader, account),
            *await _cases(schemas, reader),
            *await ledger(schemas["cases"], buses[OPERATOR], people, imports),
            *await _told(schemas),
            *await _plan(schemas, account, expected_mu),
            *await _tracks(schemas, account),
            *await _outboxes(schemas, reader),
        ]
    finally:
        for connection in schemas.values():
            await connection.close()


Schemas = dict[str, "asyncpg.Connection[asyncpg.Record]"]


async def _reports(schemas: Schemas, reader: Bus, account: Account) -> list[Book]:
    patrol = schemas["patrol"]
    sent = account.of(IncidentReport)
    expected = account.expected(IncidentReport)
    fates = await _counts(patrol, "SELECT fate, count(*) FROM fates GROUP BY fate")
    refusals = await _on_the_bus(reader, "REJECTED", "rejected.*.incident.>")
    kept = await _on_the_bus(reader, "INTAKE", "intake.*.incident.>")
    return [
        Book("books.oversized", 1, account.not_taken),
        Book("books.taken", len(sent), kept),
        Book("books.placed", expected[Expected.NEW], fates["located"] + fates["linked"]),
        Book("books.revised", expected[Expected.REVISED], fates["revised"]),
        Book("books.repeats", expected[Expected.REPEAT], fates["repeat"]),
        Book("books.refused", expected[Expected.REFUSED], refusals),
        Book(
            "books.every_report",
            len(sent),
            fates["located"] + fates["linked"] + fates["revised"] + fates["repeat"] + refusals,
        ),
    ]


# A closed row of an old ledger is two moves and one fact.
_MOVES = "SELECT move, count(*) FROM moves WHERE move <> 'import' OR before IS NULL GROUP BY move"


async def _cases(schemas: Schemas, reader: Bus) -> list[Book]:
    alarms = [kind.value for kind in ALARMS]
    located = await schemas["patrol"].fetch(
        "SELECT incident_id FROM fates WHERE fate = 'located' AND NOT kind = ANY($1::text[])", alarms
    )
    cases = schemas["cases"]
    weights = await schemas["patrol"].fetch("SELECT incident_id, count(*) FROM fates WHERE fate = 'linked' GROUP BY 1")
    corroborated = {row["incident_id"]: row["count"] + 1 for row in weights}
    held = await cases.fetch(
        """
        SELECT id::text, incident_id, (body::jsonb ->> 'weight')::integer AS weight,
            body::jsonb #>> '{merged_into,id}' AS into_id
        FROM cases
        """
    )
    of_incidents = {row["incident_id"] for row in held if row["incident_id"] is not None}
    weighing = _weighing({row["id"]: row["into_id"] for row in held})
    expected = Counter[str]()
    for row in held:
        expected[weighing[row["id"]]] += corroborated.get(row["incident_id"], 1)
    open_without = await cases.fetchval(
        """
        SELECT count(*) FROM cases
        WHERE state NOT IN ('closed', 'dismissed', 'voided', 'merged') AND (body::jsonb #>> '{owner,due_on}') IS NULL
        """
    )
    moves = await _counts(cases, _MOVES)
    opened, closes = moves["register"], moves["close"] + moves["end_notice"]
    imported = await cases.fetchval("SELECT count(DISTINCT case_id) FROM moves WHERE move = 'import'")
    # Each cycle is closed once; where there was no violation nobody is said to have put it right.
    closed_rightly = await cases.fetchval(
        """
        SELECT count(*) FROM (
            SELECT convert_from(body, 'UTF8')::jsonb -> 'case' AS of FROM outbox
            WHERE subject LIKE 'cases.closed.%' OR subject LIKE 'cases.imported.%'
        ) AS told
        WHERE of ->> 'state' = 'closed' AND of ->> 'route' <> 'no_violation'
        """
    )
    records = await _counts(schemas["targets"], "SELECT what, count(DISTINCT (case_id, entry)) FROM records GROUP BY 1")
    return [
        Book("books.a_case_each", {row["incident_id"] for row in located}, of_incidents),
        Book("books.one_case_each", len(located), sum(row["incident_id"] is not None for row in held)),
        Book(
            "books.weights",
            dict(expected),
            {row["id"]: row["weight"] for row in held if row["into_id"] is None},
        ),
        Book("books.opened_told", opened, await _on_the_bus(reader, "CASES", "cases.opened.>")),
        Book("books.closed_told", closes, await _on_the_bus(reader, "CASES", "cases.closed.>")),
        Book("books.opened_recorded", opened + imported, records["opened"]),
        Book("books.closed_recorded", closed_rightly, records["closed"]),
        Book("books.owner_and_day", 0, open_without),
        Book(
            "books.moves",
            sum(moves.values()),
            await _on_the_bus(reader, "CASES", *(f"{fact.name}.>" for fact in FACTS["cases"] if _is_a_move(fact))),
        ),
    ]


def _weighing(into: Mapping[str, str | None]) -> dict[str, str]:
    """On which case each one weighs: itself, or the survivor of every merge that followed."""
    weighing = {}
    for id, survivor in into.items():
        last = id
        while survivor is not None:
            last, survivor = survivor, into[survivor]
        weighing[id] = last
    return weighing


_NO_MOVES = (CaseOverdue, CaseCorroborated, CasePassedOn, LookBackDue, LadderStopped, LetterFact)


def _is_a_move(fact: type[Fact]) -> bool:
    """Whether a fact of cases is a move of a case, and not what follows from one or from time."""
    return issubclass(fact, CaseFact) and not issubclass(fact, _NO_MOVES)


async def _told(schemas: Schemas) -> list[Book]:
    told = await _counts(schemas["notify"], "SELECT about, count(*) FROM tellings GROUP BY about")
    cases = schemas["cases"]
    moves = await _counts(cases, _MOVES)
    letters = await cases.fetchval("SELECT count(*) FROM letters")
    overdue = await cases.fetchval("SELECT count(*) FROM outbox WHERE subject LIKE 'cases.overdue.%'")
    alarms = await schemas["patrol"].fetchval(
        "SELECT count(*) FROM fates WHERE fate = 'located' AND kind = ANY($1::text[])", [kind.value for kind in ALARMS]
    )
    twice = await schemas["notify"].fetchval(
        """
        SELECT count(*) FROM (
            SELECT FROM notices GROUP BY telling_id, coalesce(person_id, unit_id), person_id IS NULL HAVING count(*) > 1
        ) AS doubled
        """
    )
    return [
        Book("books.opened_notified", moves["register"], told["cases.opened.v1"]),
        Book("books.assigned_notified", moves["assign"], told["cases.assigned.v1"]),
        Book("books.closed_notified", moves["close"] + moves["end_notice"], told["cases.closed.v1"]),
        Book("books.relapsed_notified", moves["relapse"], told["cases.relapsed.v1"]),
        Book("books.letters_notified", letters, told["cases.letter_issued.v1"]),
        Book("books.overdue_notified", overdue, told["cases.overdue.v1"]),
        Book("books.alarms", alarms, told["patrol.alarmed.v1"]),
        Book("books.nobody_twice", 0, twice),
    ]


async def _plan(schemas: Schemas, account: Account, expected_mu: dict[str, Decimal]) -> list[Book]:
    targets = schemas["targets"]
    rows = await targets.fetch("SELECT id, reported FROM targets WHERE reported > 0")
    fates = await _counts(targets, "SELECT fate, count(*) FROM fates GROUP BY fate")
    expected = account.expected(ProgressReport)
    return [
        Book("books.progress", expected_mu, {row["id"]: row["reported"] for row in rows}),
        Book(
            "books.progress_fates",
            [expected[word] for word in (Expected.NEW, Expected.REVISED, Expected.REPEAT, Expected.REFUSED)],
            [fates[word] for word in ("counted", "revised", "repeat", "refused")],
        ),
    ]


async def _tracks(schemas: Schemas, account: Account) -> list[Book]:
    batches = account.of(TrackBatch)
    sent = sum(len(json.loads(post.body)["points"]) for post in batches)
    row = await schemas["patrol"].fetchrow(
        "SELECT count(*) AS batches, sum(kept) AS kept, sum(sent) AS sent FROM batches"
    )
    stored = await schemas["patrol"].fetchval("SELECT count(*) FROM points")
    assert row is not None
    return [
        Book("books.batches", len(batches), row["batches"]),
        Book("books.points", sent, row["sent"]),
        Book("books.points_kept", row["kept"], stored),
    ]


async def _outboxes(schemas: Schemas, reader: Bus) -> list[Book]:
    unsent: dict[str, int] = {}
    dead: dict[str, int] = {}
    announced = on_the_bus = 0
    for name, connection in schemas.items():
        unsent[name] = await connection.fetchval("SELECT count(*) FROM unsent")
        dead[name] = await connection.fetchval("SELECT count(*) FROM dead_letters")
        if name != "roster":
            announced += await connection.fetchval("SELECT count(*) FROM outbox")
            on_the_bus += (await reader.stream_info(name.upper()))["state"]["messages"]
    on_the_bus += (await reader.stream_info("REJECTED"))["state"]["messages"]
    stated = await schemas["roster"].fetchval("SELECT count(DISTINCT subject) FROM outbox")
    return [
        Book("books.unsent", dict.fromkeys(SERVICES, 0), unsent),
        Book("books.dead", dict.fromkeys(SERVICES, 0), dead),
        Book("books.on_the_bus", announced, on_the_bus),
        Book("books.roster", stated, (await reader.stream_info("ROSTER"))["state"]["messages"]),
    ]


async def _counts(connection: asyncpg.Connection[asyncpg.Record], sql: str) -> Counter[str]:
    return Counter({row[0]: row[1] for row in await connection.fetch(sql)})


async def _on_the_bus(reader: Bus, stream: str, *filters: str) -> int:
    """How many messages of a stream have a subject that matches one of the filters."""
    counts = [await reader.subjects(stream, one) for one in filters]
    return sum(sum(found.values()) for found in counts)
