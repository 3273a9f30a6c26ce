"""The books of what was seen from above: one end for each fire, however many its pixels, and for each patch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from demo.books.book import Book
from demo.books.evidence import Evidence


def books(evidence: Evidence) -> Iterator[Book]:
    fire_of = {post.seen.external_id: post.seen.of for post in evidence.posted if post.seen and post.seen.of}
    incidents = {one.body["incident"]["id"]: one.body["incident"] for one in evidence.of("patrol.located.v1")}
    pixels = Counter(_fires_linked(evidence, fire_of, incidents))
    ends: dict[str, list[tuple[int, str]]] = {}
    for one in evidence.of("patrol.first_step_taken.v1"):
        name = one.body["incident"]["external_id"]
        ends.setdefault(str(fire_of.get(name)), []).append((pixels[name], one.body["text"]))
    yield Book("books.fires", {name: [one] for name, one in evidence.planned.fires.items()}, ends)
    planned = evidence.planned.patches
    judged: dict[str, tuple[str, str | None]] = {}
    for one in evidence.of("patrol.patch_judged.v1"):
        judged[one.body["number"]] = (one.body["outcome"], one.body["reason"])
    expected = {number: ("case" if reason is None else "no_violation", reason) for number, reason in planned.items()}
    yield Book("books.patches", expected, judged)
    counted = Counter(outcome for outcome, _ in expected.values())
    yield Book("books.patches_share", dict(counted), {name: count for name, count in evidence.patches.items() if count})


def _fires_linked(
    evidence: Evidence, fire_of: Mapping[str, str | None], incidents: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """Each pixel, as the one that its fire is known by."""
    for incident in incidents.values():
        if incident["external_id"] in fire_of:
            yield incident["external_id"]
    for one in evidence.of("patrol.linked.v1"):
        if one.body["incident"]["external_id"] in fire_of and one.body["to"] in incidents:
            yield incidents[one.body["to"]]["external_id"]
