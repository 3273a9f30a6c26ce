"""The books of people: who answers, who was told, what stands in whose record, what was handed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from demo.books.book import Book
from demo.books.days import day_in_china
from demo.books.evidence import Evidence, Told
from demo.books.reckoned import Reckoned
from demo.books.reckoning import Cases
from demo.books.roster import Roster

TOLD_OF_A_CASE = (("grid", "ranger"), ("village", "village-chief"), ("town", "chief"))
TOLD_OF_AN_ALARM = (*TOLD_OF_A_CASE, ("county", "chief"))
"""Two tiers above the nearest chief."""
TOLD_OF_A_DUTY = ("patrol.duty_due_soon.v1", "patrol.duty_missed.v1", "patrol.duty_vacant.v1")
"""Its own post and nobody above: that of a duty which is opened, met or excused nobody is told."""


def books(evidence: Evidence, roster: Roster, cases: Cases) -> Iterator[Book]:
    told = {one.body["case"]["ref"]["id"]: one.body["case"] for one in evidence.of("cases.opened.v1")}
    opened = {id: case for id, case in told.items() if id in cases.by_id}
    yield Book(
        "books.answerable",
        {id: _posts(roster, cases.by_id[id]) for id in opened},
        {id: sorted((post["id"], _holder(post)) for post in case["answerable"]) for id, case in opened.items()},
    )
    yield from _handed_over(evidence, roster, cases)
    yield from _notified(evidence, roster, cases)
    yield from _records(evidence, roster, cases)


def _posts(roster: Roster, case: Reckoned) -> list[tuple[str, str]]:
    """Nobody, where nobody knows when it occurred."""
    if case.seen_on is None:
        return []
    return sorted((post, holder or "") for post, holder in roster.answerable(case.grid, case.seen_on))


def _holder(post: dict[str, Any]) -> str:
    return post["holder"]["id"] if post["holder"] else ""


def _handed_over(evidence: Evidence, roster: Roster, cases: Cases) -> Iterator[Book]:
    """Every case that was open on the day an appointment began is handed to the new holder, once.

    Whatever time closes at the same moment may be closed before.
    """
    expected: Counter[tuple[str, str]] = Counter()
    for asked in evidence.asked:
        if asked.name == "roster.appoint.v1":
            day = date.fromisoformat(asked.said["held_from"])
            area = roster.areas[asked.said["post_id"]]
            first = cases.first_moment_on(day)
            for case in cases.by_id.values():
                if area in roster.chain(case.grid).values() and case.was_open_on(day) and case.ended_by_time != first:
                    expected[case.id, asked.said["person_id"]] += 1
    new = {asked.said["person_id"] for asked in evidence.asked if asked.name == "roster.appoint.v1"}
    found = Counter(
        (one.body["case"]["ref"]["id"], _holder(post))
        for one in evidence.of("cases.passed_on.v1")
        for post in one.body["posts"]
        if _holder(post) in new
    )
    yield Book("books.handed_over", expected, found)


def _notified(evidence: Evidence, roster: Roster, cases: Cases) -> Iterator[Book]:
    """Once for each thing, to the holders of the day; a vacant post's unit in its place."""
    by_cause: dict[tuple[str, str], list[Told]] = {}
    for one in evidence.of("notify.notified.v1"):
        by_cause.setdefault((one.body["about"], one.headers["ce-causationid"]), []).append(one)
    expected: dict[tuple[str, str], list[str]] = {}
    for one in evidence.of("cases.opened.v1"):
        case = cases.by_id.get(one.body["case"]["ref"]["id"])
        if case is not None and case.seen_on is not None:
            office = f"{case.division[:6]}000000-office"
            posts = [*_named(roster, case.grid, TOLD_OF_A_CASE), office]
            expected["cases.opened.v1", one.headers["ce-id"]] = _whom(roster, posts, case.at)
    for one in evidence.of("patrol.alarmed.v1"):
        incident = one.body["incident"]
        grid = incident["areas"][0]["id"]
        at = datetime.fromisoformat(incident["reported_at"])
        expected["patrol.alarmed.v1", one.headers["ce-id"]] = _whom(roster, _named(roster, grid, TOLD_OF_AN_ALARM), at)
    for one in evidence.of(*TOLD_OF_A_DUTY):
        at = datetime.fromisoformat(one.body["at"])
        expected[one.name, one.headers["ce-id"]] = _whom(roster, [one.body["duty"]["post_id"]], at)
    yield Book(
        "books.told",
        expected,
        {
            key: sorted(_addressee(to) for one in by_cause.get(key, ()) for to in one.body["addressees"])
            for key in expected
        },
    )
    once = [
        (one.name, one.headers["ce-id"])
        for one in evidence.of("cases.assigned.v1", "cases.closed.v1", "cases.relapsed.v1", "cases.overdue.v1")
    ]
    yield Book("books.told_once", dict.fromkeys(once, 1), {key: len(by_cause.get(key, ())) for key in once})


def _named(roster: Roster, grid: str, who: tuple[tuple[str, str], ...]) -> list[str]:
    chain = roster.chain(grid)
    return [f"{chain[level]}-{role}" for level, role in who if level in chain]


def _whom(roster: Roster, posts: list[str], at: datetime) -> list[str]:
    held = ((post, roster.holder(post, day_in_china(at))) for post in posts)
    return sorted({holder or roster.units[post] for post, holder in held})


def _addressee(to: dict[str, Any]) -> str:
    return str((to["person"] or to["unit"])["id"])


def _records(evidence: Evidence, roster: Roster, cases: Cases) -> Iterator[Book]:
    """A case stands in the record of the chief nearest to its place, unless it proved to be none."""
    standing: dict[tuple[str, str], Counter[str]] = {}
    for one in evidence.of("targets.recorded.v1", "targets.record_undone.v1"):
        sign = 1 if one.name == "targets.recorded.v1" else -1
        counts = standing.setdefault((one.body["case"]["id"], one.body["what"]), Counter())
        counts[one.body["post"]["id"]] += sign
    found = {
        key: sorted(post for post, count in counts.items() for _ in range(count)) for key, counts in standing.items()
    }
    seen = [case for case in cases.by_id.values() if case.seen_on is not None]
    yield Book(
        "books.records",
        {case.id: [] if case.came_to_nothing else [roster.nearest_chief(case.grid)] for case in seen},
        {case.id: found.get((case.id, "opened"), []) for case in seen},
    )
    yield Book(
        "books.lateness_recorded",
        {case.id: len(case.late_units) for case in seen if not case.came_to_nothing},
        {case.id: len(found.get((case.id, "overdue"), [])) for case in seen if not case.came_to_nothing},
    )
