"""The books of registers: entries are told, boards outdated from a change to their renewal, breeders end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from demo.books.book import Book
from demo.books.days import day_in_china
from demo.books.evidence import Body, Evidence
from demo.books.roster import Roster

OF_A_BREEDERS_END = 7
"""Consent, compensation, disposal, what each of three tiers pays, and the licence withdrawn."""


def books(evidence: Evidence, roster: Roster) -> Iterator[Book]:
    told = {one.body["board"]["id"]: one.body["board"]["version"] for one in evidence.of("roster.board.v1")}
    renewals = Counter(one.said["board_id"] for one in evidence.asked if one.name == "roster.renew_board.v1")
    yield Book("books.boards", {board["id"]: 1 + renewals[board["id"]] for board in _boards(evidence)}, told)
    steps = Counter(one.said["breeder_id"] for one in evidence.asked if one.name == "roster.record_breeder_step.v1")
    newest = {one.body["breeder"]["id"]: one.body["breeder"] for one in evidence.of("roster.breeder.v1")}
    yield Book(
        "books.breeders",
        {id: (count, "closed" if count == OF_A_BREEDERS_END else "closing") for id, count in steps.items()},
        {id: (len(breeder["steps"]), breeder["status"]) for id, breeder in newest.items()},
    )
    yield Book(
        "books.findings",
        Counter((*_outdated(evidence, roster), *_for_food(evidence))),
        Counter(_found(one.body) for one in evidence.of("roster.finding.v1")),
    )


Found = tuple[str, str, str, date]
"""Which entry is not as which rule has it, how that stands, and since which day."""


def _found(body: Body) -> Found:
    finding = body["finding"]
    return (
        finding["entry_id"],
        finding["rule"],
        finding["state"],
        day_in_china(datetime.fromisoformat(finding["at"])),
    )


def _boards(evidence: Evidence) -> Iterator[Body]:
    for one in evidence.asked:
        if one.name == "roster.enrol_boards.v1":
            yield from one.said["boards"]


def _outdated(evidence: Evidence, roster: Roster) -> Iterator[Found]:
    """A board that names others than who hold its posts: told on each day on which they are others, to its renewal."""
    days = sorted({day_in_china(at) for at in evidence.moments})
    renewed = {
        one.said["board_id"]: day_in_china(one.at) for one in evidence.asked if one.name == "roster.renew_board.v1"
    }
    for board in _boards(evidence):
        shown_on, until = date.fromisoformat(board["confirmed_on"]), renewed[board["id"]]
        posts = [line["post_id"] for line in board["content"]["lines"]]
        told = shown = _holders(roster, posts, shown_on)
        for day in (one for one in days if shown_on < one <= until):
            held = _holders(roster, posts, day)
            if held != told:
                told = held
                yield board["id"], "board_outdated", "settled" if held == shown else "open", day
        if told != shown:
            yield board["id"], "board_outdated", "settled", until


def _holders(roster: Roster, posts: Sequence[str], day: date) -> list[str | None]:
    return [roster.holder(post, day) for post in posts]


def _for_food(evidence: Evidence) -> Iterator[Found]:
    """Breeding for food, from the day on which it is known to the withdrawal of the licence."""
    for one in evidence.asked:
        if one.name == "roster.enrol_breeders.v1":
            for breeder in one.said["breeders"]:
                if breeder["use"] == "food":
                    yield breeder["id"], "food_breeding", "open", day_in_china(one.at)
        elif one.name == "roster.record_breeder_step.v1" and one.said["step"]["kind"] == "licence_withdrawn":
            yield one.said["breeder_id"], "food_breeding", "settled", day_in_china(one.at)
