"""The books of rounds: one verdict for each that was walked, and every point of theirs stored or refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from demo.books.book import Book
from demo.books.evidence import Evidence


def books(evidence: Evidence) -> Iterator[Book]:
    yield Book("books.verdicts", evidence.planned.verdicts, _verdicts(evidence))
    yield Book("books.appeals", _appealed(evidence), _decided(evidence))
    yield Book("books.stored", _kept(evidence), {name: count for name, count in evidence.stored.items() if count})


def _verdicts(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Of each patrol, each verdict that was another than before; none for one that has begun and was never judged."""
    found: dict[str, list[str]] = {one.body["patrol"]["external_id"]: [] for one in evidence.of("patrol.begun.v1")}
    for one in evidence.of("patrol.judged.v1"):
        found.setdefault(one.body["patrol"]["external_id"], []).append(one.body["patrol"]["verdict"]["state"])
    return {name: tuple(state for state, _ in groupby(its)) for name, its in found.items()}


def _appealed(evidence: Evidence) -> Counter[str]:
    """What was decided, as it was asked for."""
    return Counter(one.said["decision"] for one in evidence.asked if one.name == "patrol.decide_appeal.v1")


def _decided(evidence: Evidence) -> Counter[str]:
    told = evidence.of("patrol.appeal_decided.v1")
    return Counter(one.body["patrol"]["verdict"]["appeal"]["state"] for one in told)


def _kept(evidence: Evidence) -> dict[str, int]:
    """Of each terminal, how many points were sent that are to be kept."""
    found: Counter[str] = Counter()
    for post in evidence.posted:
        if post.points is not None:
            found[json.loads(post.body)["terminal"]] += post.points["kept"]
    return dict(found)
