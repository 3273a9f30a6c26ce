"""The demo's books: what was posted and asked, reckoned anew, against what the bus told and was answered."""

from __future__ import annotations

from collections.abc import Iterator

from demo.books import cases, delivery, duties, in_depth, people, registers, reports
from demo.books.book import Book
from demo.books.evidence import Evidence
from demo.books.reckoning import Cases
from demo.books.roster import Roster


def audit(evidence: Evidence) -> list[Book]:
    """Every book of a play."""
    return list(_books(evidence))


def _books(evidence: Evidence) -> Iterator[Book]:
    roster = Roster(evidence)
    reckoned = Cases(evidence, roster)
    yield from reports.books(evidence, roster)
    yield from cases.books(evidence, reckoned)
    yield from people.books(evidence, roster, reckoned)
    yield from duties.books(evidence, roster)
    yield from registers.books(evidence, roster)
    yield from in_depth.books(evidence)
    yield from delivery.books(evidence)
