"""The books of delivery: nothing unsent, nothing dead, the bus and those who listen agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from contracts.language.values import AreaKind
from demo.books.book import Book
from demo.books.evidence import Evidence

STREAM_OF = {"patrol": "PATROL", "cases": "CASES", "targets": "TARGETS", "notify": "NOTIFY", "rejected": "REJECTED"}


def books(evidence: Evidence) -> Iterator[Book]:
    nothing = dict.fromkeys(evidence.standing, 0)
    yield Book("books.unsent", nothing, {name: one["outbox_unsent"] for name, one in evidence.standing.items()})
    yield Book("books.dead", nothing, {name: one["dead_letters"] for name, one in evidence.standing.items()})
    families = (one.subject.partition(".")[0] for one in evidence.told)
    heard = Counter(STREAM_OF[family] for family in families if family in STREAM_OF)
    yield Book("books.on_the_bus", {name: evidence.kept.get(name, 0) for name in STREAM_OF.values()}, dict(heard))
    ids = Counter(one.headers["ce-id"] for one in evidence.told)
    yield Book("books.ids", 0, sum(count - 1 for count in ids.values()))
    yield Book("books.order", {}, _out_of_order(evidence))
    enrolled = {f"area {one.id}" for one in evidence.areas} | {f"post {one.id}" for one in evidence.posts}
    enrolled |= {f"division {one.id}" for one in evidence.areas if one.kind is AreaKind.DIVISION}
    yield Book("books.roster", len(enrolled), evidence.kept.get("ROSTER", 0))
    letters = Counter(one.body["letter"]["id"] for one in evidence.of("cases.letter_issued.v1"))
    told = Counter(
        one.headers["ce-causationid"]
        for one in evidence.of("notify.notified.v1")
        if one.body["about"] == "cases.letter_issued.v1"
    )
    yield Book("books.letters_told", dict.fromkeys(letters, 1), dict(letters))
    yield Book(
        "books.letters_notified",
        {one.headers["ce-id"]: 1 for one in evidence.of("cases.letter_issued.v1")},
        dict(told),
    )


def _out_of_order(evidence: Evidence) -> dict[str, list[int]]:
    """The aggregates whose facts did not come as 1, 2, 3 …."""
    found: dict[str, list[int]] = {}
    for one in evidence.told:
        if "ce-sequence" in one.headers:
            source = one.headers["ce-source"]
            found.setdefault(f"{source} {one.headers['ce-partitionkey']}", []).append(int(one.headers["ce-sequence"]))
    return {key: numbers for key, numbers in found.items() if numbers != list(range(1, len(numbers) + 1))}
