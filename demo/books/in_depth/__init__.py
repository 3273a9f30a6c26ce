"""The books of what is done on the ground: rounds, what is seen from above, what grids cover, photographs."""

from __future__ import annotations

from collections.abc import Iterator

from demo.books.book import Book
from demo.books.evidence import Evidence
from demo.books.in_depth import above, ground, walked


def books(evidence: Evidence) -> Iterator[Book]:
    yield from walked.books(evidence)
    yield from above.books(evidence)
    yield from ground.books(evidence)
