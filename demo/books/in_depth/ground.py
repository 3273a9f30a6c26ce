"""The books of ground: parts come to their whole, gaps are found and closed, photographs stay what they were."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from contracts.language.values import AreaKind
from demo.books.book import Book
from demo.books.days import day_in_china
from demo.books.evidence import Body, Evidence

TENTH = Decimal("0.1")
Gap = tuple[str, date, date | None, Decimal]


def books(evidence: Evidence) -> Iterator[Book]:
    yield from _sums(evidence)
    gaps = evidence.planned.gaps
    expected = Counter(
        gap
        for one in gaps
        for gap in (
            (one.area_id, one.found_on, None, _tenths(one.cut_mu)),
            (one.area_id, one.found_on, one.closed_on, _tenths(one.cut_mu)),
        )
    )
    told = [one.body["gap"] for one in evidence.of("roster.gap.v1") if one.body["gap"]["kind"] == "ground"]
    yield Book("books.gaps", expected, Counter(_gap(one) for one in told))
    yield Book("books.coverage", dict(_covered(evidence)), dict(_shown(evidence)))
    once_more = len({post.division[:6] for post in evidence.posts if post.division[4:6] != "00"})
    came = {"kept": len(evidence.planned.photographs), "kept_before": once_more, "refused": once_more}
    yield Book("books.photographs", came, dict(evidence.photographs))
    yield Book("books.photographs_fetched", evidence.planned.photographs, dict(evidence.fetched))


def _sums(evidence: Evidence) -> Iterator[Book]:
    """Of each area that others lie in: nothing is left, and nothing counted twice."""
    for key, kind in (("books.area_sums", AreaKind.DIVISION), ("books.grid_sums", AreaKind.GRID)):
        parents = {one.id: one.parent_id for one in evidence.areas if one.kind is kind and one.parent_id is not None}
        parts: dict[str, Decimal] = defaultdict(Decimal)
        for id, parent in parents.items():
            parts[parent] += evidence.areas_mu[id]
        rest = {parent: round(evidence.areas_mu[parent] - whole) for parent, whole in parts.items()}
        yield Book(key, dict.fromkeys(parents.values(), 0), rest)


def _gap(told: dict[str, str]) -> Gap:
    healed_on = None if told["healed_on"] is None else date.fromisoformat(told["healed_on"])
    return told["area_id"], date.fromisoformat(told["found_on"]), healed_on, _tenths(Decimal(told["size_mu"]))


def _tenths(size_mu: Decimal) -> Decimal:
    return size_mu.quantize(TENTH)


def _covered(evidence: Evidence) -> Iterator[tuple[tuple[str, datetime], tuple[Decimal, Decimal]]]:
    """When it was asked, how much forest land each of these areas has, and what of it lies in no grid."""
    for at, _ in _asked(evidence):
        for one in evidence.planned.gaps:
            cut = one.found_on <= day_in_china(at) < one.closed_on
            yield (one.area_id, at), (_tenths(one.land_mu), _tenths(one.cut_mu) if cut else Decimal("0.0"))


def _asked(evidence: Evidence) -> Iterator[tuple[datetime, list[Body]]]:
    for one in evidence.asked:
        if one.name == "roster.show_coverage.v1":
            yield one.at, one.answer["areas"]


def _shown(evidence: Evidence) -> Iterator[tuple[tuple[str, datetime], tuple[Decimal, Decimal]]]:
    for at, answers in _asked(evidence):
        for one in answers:
            if one["land_mu"] is not None:
                yield (one["area_id"], at), (_tenths(Decimal(one["land_mu"])), _tenths(Decimal(one["rest_mu"])))
