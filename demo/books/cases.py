"""The books of cases: every move by whom and when, every missed day, every line of the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain

from contracts.cases import CaseCommand
from contracts.wiring.table import COMMANDS
from demo.books.book import Book
from demo.books.evidence import Evidence
from demo.books.reckoned import Line
from demo.books.reckoning import Cases
from demo.books.tells import TELLS

MOVES = {f"cases.{fact}.v1" for fact, _ in TELLS.values()} | {
    f"cases.{fact}.v1" for fact in ("opened", "imported", "survived", "deadline_kept", "reassigned")
}
INTO = ("opening", "new", "relapsed", "moved_in")
OUT = ("closed", "voided", "merged", "moved_out")


def books(evidence: Evidence, cases: Cases) -> Iterator[Book]:
    rows = evidence.imports
    yield Book("books.imported", [rows["good"], rows["bad"]], [rows["added"], rows["named"] // 2])
    yield Book("books.imported_again", [0, rows["good"]], [rows["added_again"], rows["unchanged_again"]])
    asked_for = {one.name for one in evidence.asked}
    moves = {one.name for one in COMMANDS["cases"] if issubclass(one, CaseCommand) and not one.reads_only}
    yield Book("books.every_move", set(), moves - asked_for)
    told: dict[str, Counter[tuple[str, str, datetime]]] = {}
    for one in evidence.told:
        if one.name in MOVES:
            counts = told.setdefault(one.body["case"]["ref"]["id"], Counter())
            counts[one.name, one.body["by"], datetime.fromisoformat(one.body["at"])] += 1
    yield Book("books.moves", {id: case.facts for id, case in cases.by_id.items()}, told)
    late = Counter(
        (one.body["case"]["ref"]["id"], one.body["case"]["owner"]["unit"]["id"], one.body["case"]["owner"]["due_on"])
        for one in evidence.of("cases.overdue.v1")
    )
    yield Book(
        "books.overdue",
        Counter((id, owner, str(due)) for id, case in cases.by_id.items() for owner, due in case.late),
        late,
    )
    yield from _weights(evidence)
    yield from _ledger(evidence, cases)


def _weights(evidence: Evidence) -> Iterator[Book]:
    """A case weighs its report and those linked to it, told at its opening or since; the survivor of a merge both."""
    into = {one.said["case_id"]: one.said["into"] for one in evidence.asked if one.name == "cases.merge.v1"}

    def survivor(id: str) -> str:
        return survivor(into[id]) if id in into else id

    opened = {one.body["case"]["incident_id"]: one.body["case"]["ref"]["id"] for one in evidence.of("cases.opened.v1")}
    linked = Counter(survivor(id) for id in opened.values())
    links = (one.body["to"] for one in evidence.of("patrol.linked.v1"))
    linked.update(survivor(opened[to]) for to in links if to in opened)
    told: dict[str, int] = {}
    for one in evidence.of("cases.opened.v1", "cases.corroborated.v1", "cases.survived.v1"):
        id = one.body["case"]["ref"]["id"]
        told[id] = max(told.get(id, 0), one.body["case"]["weight"])
    yield Book("books.weights", dict(linked), {id: told[id] for id in linked if id in told})


Key = tuple[str | None, str, str, str]


def _ledger(evidence: Evidence, cases: Cases) -> Iterator[Book]:
    """Every sheet, recounted from the lines of every case."""
    places = dict.fromkeys(key[:2] for key in evidence.sheets)
    counted = {
        place: [its for case in cases.by_id.values() if (its := [one for one in case.lines if _covers(one, *place)])]
        for place in places
    }
    yield Book(
        "books.ledger",
        {key: _equation(list(chain(*counted[key[:2]])), key) for key in evidence.sheets},
        {key: sheet["balance"] for key, sheet in evidence.sheets.items()},
    )
    yield Book(
        "books.share",
        {key: _share(counted[key[:2]], date.fromisoformat(key[3])) for key in evidence.sheets},
        {key: [sheet["share"]["rectified"], sheet["share"]["counted"]] for key, sheet in evidence.sheets.items()},
    )
    stock = sum(case.in_stock for case in cases.by_id.values())
    whole = max((key for key in evidence.sheets if key[0] is None), key=lambda key: (key[3], -len(key[1].rstrip("0"))))
    yield Book("books.stock", stock, evidence.sheets[whole]["balance"]["closing"])


def _equation(counted: Sequence[Line], key: Key) -> dict[str, int]:
    """`opening + new + relapsed + moved_in - closed - voided - merged - moved_out = closing`, one by one.

    What was carried over is in the opening of every window: it was stock before anybody here counted.
    """
    first, last = date.fromisoformat(key[2]), date.fromisoformat(key[3])
    before = _stock(one for one in counted if one.on <= first or one.line == "opening")
    within = Counter(one.line for one in counted if first < one.on <= last)
    closing = _stock(one for one in counted if one.on <= last or one.line == "opening")
    return {"opening": before, **{line: within[line] for line in (*INTO[1:], *OUT)}, "closing": closing}


def _covers(line: Line, campaign: str | None, area: str) -> bool:
    def inside(scope: tuple[str, str, str]) -> bool:
        return scope[1].startswith(area.rstrip("0")) and campaign in (None, scope[0])

    return inside((line.campaign, line.division, line.kind)) and not (line.other and inside(line.other))


def _stock(lines: Iterable[Line]) -> int:
    counts = Counter(one.line for one in lines)
    return sum(counts[line] for line in INTO) - sum(counts[line] for line in OUT)


def _share(cases: Iterable[Sequence[Line]], to: date) -> list[int]:
    """Now closed as rectified, and ever counted less voided, merged and no violation, since the campaign began."""
    rectified = counted = 0
    for lines in cases:
        its = [one for one in lines if one.on <= to or one.line == "opening"]
        ever = sum(one.line in ("opening", "new", "moved_in") for one in its)
        gone = sum(one.line in ("voided", "unclosed", "merged", "moved_out") for one in its)
        closes = [one.route for one in its if one.line == "closed"]
        reopened = sum(one.line in ("relapsed", "unclosed") for one in its)
        standing = closes[-1] if len(closes) > reopened else None
        if ever > gone and standing != "no_violation":
            counted += 1
            rectified += standing is not None
    return [rectified, counted]
