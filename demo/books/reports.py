"""The books of what was posted: one fate for each message, one place, one incident, one alarm, every point."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from math import cos, hypot, radians

from demo.books.book import Book
from demo.books.evidence import Evidence
from demo.books.roster import Roster
from demo.reports import Expected, Post

FATES = {
    "patrol.located.v1": Expected.NEW,
    "patrol.linked.v1": Expected.NEW,
    "patrol.revised.v1": Expected.REVISED,
    "patrol.tracked.v1": Expected.NEW,
    "patrol.begun.v1": Expected.NEW,
    "patrol.ended.v1": Expected.NEW,
    "rejected.refusal.v1": Expected.REFUSED,
}
ALARMS = ("fire", "sick_wildlife")
NEAR_M, NEAR_S = 200.0, 86_400.0
DEGREE_M = 111_320.0


def books(evidence: Evidence, roster: Roster) -> Iterator[Book]:
    """Every message that was posted, by its own id."""
    kept = evidence.kept
    fates = {one.headers["ce-causationid"]: FATES[one.name] for one in evidence.told if one.name in FATES} | {
        one.headers["ce-causationid"]: Expected.REVISED if one.body["revision"] > 1 else Expected.NEW
        for one in evidence.of("targets.progressed.v1")
    }
    yield Book("books.oversized", 1, evidence.not_taken)
    yield Book("books.taken", len(evidence.posted), kept.get("INTAKE", 0) + kept.get("TRACKS", 0))
    yield Book(
        "books.fates",
        {post.message_id: post.expected.value for post in evidence.posted},
        {post.message_id: fates.get(post.message_id, Expected.REPEAT).value for post in evidence.posted},
    )
    located = {_name(one.body["incident"]): one.body["incident"] for one in evidence.of("patrol.located.v1")}
    linked = {_name(one.body["incident"]): one.body for one in evidence.of("patrol.linked.v1")}
    new = {(post.source, post.seen.external_id): post for post in _new(evidence.posted) if post.seen}
    yield Book(
        "books.places",
        {name: roster.grid_at(post.seen.lon, post.seen.lat)[:12] for name, post in new.items() if post.seen},
        {name: one["division"] for name, one in located.items()}
        | {name: one["incident"]["division"] for name, one in linked.items()},
    )
    weights: Counter[str] = Counter({one["id"]: 1 for one in located.values()})
    for one in linked.values():
        weights[one["to"]] = max(weights[one["to"]], one["weight"])
    incident_of = {name: one["id"] for name, one in located.items()} | {name: one["to"] for name, one in linked.items()}
    clusters = list(_clusters([post for post in new.values() if post.seen and post.seen.of is None]))
    yield Book(
        "books.incidents",
        {cluster[0]: [len(cluster)] for cluster in clusters},
        {cluster[0]: sorted({weights[incident_of.get(one, "")] for one in cluster}) for cluster in clusters},
    )
    yield Book(
        "books.alarms",
        Counter(one["id"] for one in located.values() if new[_name(one)].seen.kind in ALARMS),  # type: ignore[union-attr]
        Counter(one.body["incident"]["id"] for one in evidence.of("patrol.alarmed.v1")),
    )
    yield from _plan(evidence)
    yield from _tracks(evidence)


def _name(incident: dict[str, str]) -> tuple[str, str]:
    return incident["source"], incident["external_id"]


def _new(posted: Sequence[Post]) -> list[Post]:
    return [one for one in posted if one.seen is not None and one.expected is Expected.NEW]


def _clusters(posts: Sequence[Post]) -> Iterator[list[tuple[str, str]]]:
    """Reports of one time that all are near to each other and to no other: one incident must come of them."""
    near: dict[str, set[str]] = defaultdict(set)
    by_id = {post.message_id: post for post in posts}
    for one, other in combinations(posts, 2):
        if _are_near(one, other):
            near[one.message_id].add(other.message_id)
            near[other.message_id].add(one.message_id)
    done: set[str] = set()
    for post in posts:
        group = {post.message_id, *near[post.message_id]}
        whole = all({one, *near[one]} == group and by_id[one].at == post.at for one in group)
        if whole and post.message_id not in done:
            done |= group
            yield [(by_id[one].source, by_id[one].seen.external_id) for one in sorted(group)]  # type: ignore[union-attr]


def _are_near(one: Post, other: Post) -> bool:
    a, b = one.seen, other.seen
    if a is None or b is None or a.kind != b.kind or abs((a.seen_at - b.seen_at).total_seconds()) > NEAR_S:
        return False
    east = (a.lon - b.lon) * cos(radians((a.lat + b.lat) / 2)) * DEGREE_M
    return hypot(east, (a.lat - b.lat) * DEGREE_M) <= NEAR_M


def _plan(evidence: Evidence) -> Iterator[Book]:
    """The newest revision of each progress report counts, and nothing twice."""
    newest: dict[tuple[str, str], tuple[int, str, Decimal]] = {}
    for post in evidence.posted:
        if post.type.endswith("progress.v1") and post.expected in (Expected.NEW, Expected.REVISED):
            said = json.loads(post.body)
            newest[post.source, said["external_id"]] = (
                said["revision"],
                said["target_id"],
                Decimal(said["amounts"]["reported"]),
            )
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for _, target, amount in newest.values():
        sums[target] += amount
    yield Book(
        "books.progress",
        dict(sums),
        {target: Decimal(amount) for target, amount in evidence.plan.items() if Decimal(amount)},
    )
    last = {
        one.body["target_id"]: Decimal(one.body["total"]["reported"]) for one in evidence.of("targets.progressed.v1")
    }
    yield Book("books.progress_told", dict(sums), last)


def _tracks(evidence: Evidence) -> Iterator[Book]:
    """Every point of every batch is kept, or refused by its reason."""
    expected = {post.message_id: dict(post.points) for post in evidence.posted if post.points is not None}
    found = {
        one.headers["ce-causationid"]: {
            **({"kept": one.body["kept"]} if one.body["kept"] else {}),
            **one.body["refused"],
        }
        for one in evidence.of("patrol.tracked.v1")
    }
    yield Book("books.points", expected, found)
