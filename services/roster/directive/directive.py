"""What a directive must be like, and what its cases make of its items (A2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from contracts.cases import CaseState, Instrument
from contracts.language.division import Division
from contracts.language.rules import broken
from contracts.language.values import CHIEFS, CaseRef
from contracts.roster import DirectiveItem, IssuedDirective, ItemState, Post, Way
from services.roster.register.rules import FieldAndRule, Seen

STATED = ("division", "place", "text", "severity", "unit", "due_on")
"""What a directive says of an item; the rest is what its case makes of it."""
OF_CASE = ("state", "case_id", "case_number")
NO_CASE = {"state": ItemState.OPEN, "case_id": None, "case_number": None}
DONE, DROPPED = (CaseState.CLOSED,), (CaseState.VOIDED, CaseState.DISMISSED)


@dataclass(frozen=True, slots=True)
class Around:
    """What there is on the roster: issuers, units of a day, places with an office, submissions, numbers that are taken.

    `numbers` has the ids of directives by issuer, year and number.
    """

    issuers: Mapping[str, Post]
    units: Collection[str]
    places: Collection[Division]
    ways: Mapping[str, Way]
    numbers: Mapping[tuple[str, int, str], str]


@dataclass(frozen=True, slots=True)
class Fate:
    """How the case of an item stands, or the one that it was merged into: which, since when closed."""

    case: CaseRef
    state: CaseState
    closed_on: date | None = None


def problems(
    directive: IssuedDirective, before: IssuedDirective | None, around: Around, seen: Seen
) -> Iterator[FieldAndRule]:
    """What forbids enrolling a directive."""
    if directive.instrument is Instrument.OTHER:
        yield "instrument", broken("one_of", known=", ".join(one for one in Instrument if one != "other"))
    issuer = around.issuers.get(directive.issuer_post_id)
    if issuer is None or issuer.role not in CHIEFS or not issuer.division.contains(directive.division):
        yield "issuer_post_id", broken("issuer_post", division=directive.division)
    if directive.issued_on > seen.today:
        yield "issued_on", broken("not_after_today", today=seen.today)
    if directive.answers is not None and around.ways.get(directive.answers) is not Way.UP:
        yield "answers", broken("answers_submission")
    other = around.numbers.get(number_of(directive), directive.id)
    if other != directive.id:
        yield "number", broken("number_once", id=other)
    times = Counter(one.item for one in directive.items)
    standing = {one.item: one for one in before.items} if before is not None else {}
    for n, item in enumerate(directive.items):
        if times[item.item] > 1:
            yield f"items.{n}.item", broken("once_in_list")
        known = standing.get(item.item)
        if known is None:
            yield from ((f"items.{n}.{field}", rule) for field, rule in _of_item(directive, item, around, seen))
        else:
            for name in STATED:
                if getattr(known, name) != getattr(item, name):
                    yield f"items.{n}.{name}", broken("item_stands")


def _of_item(directive: IssuedDirective, item: DirectiveItem, around: Around, seen: Seen) -> Iterator[FieldAndRule]:
    if not directive.division.contains(item.division):
        yield "division", broken("item_within", division=directive.division)
    elif item.division not in around.places:
        yield "division", broken("place_of_office", division=item.division)
    if item.unit.id not in around.units:
        yield "unit.id", broken("unit_of_roster")
    if item.due_on < max(directive.issued_on, seen.today):
        yield "due_on", broken("not_before_day", day=max(directive.issued_on, seen.today))


def merged(stated: IssuedDirective, before: IssuedDirective | None) -> IssuedDirective:
    """Items that stand keep what their cases have made of them, be they stated again or not; new ones are open."""
    standing = {one.item: one for one in before.items} if before is not None else {}
    said = {one.item for one in stated.items}
    items = [_as_it_stands(one, standing.get(one.item)) for one in stated.items]
    items += [one for one in standing.values() if one.item not in said]
    after = stated.model_copy(update={"items": tuple(items)})
    return after.model_copy(update={"fulfilled_on": _fulfilled_on(after, before.fulfilled_on if before else None)})


def _as_it_stands(item: DirectiveItem, before: DirectiveItem | None) -> DirectiveItem:
    kept = {name: getattr(before, name) for name in OF_CASE} if before is not None else NO_CASE
    return item.model_copy(update=kept)


def with_fates(directive: IssuedDirective, fates: Mapping[str, Fate]) -> IssuedDirective:
    """The directive as the cases of its items leave it.

    An item is done when its case is closed, or the one that it was merged into. A case that was voided or dismissed
    counts no more: its item is dropped. One that is open again opens its item again. The directive is fulfilled once no
    item is open and one at least was done: what was only dropped has fulfilled nothing.
    """
    items = tuple(_with_fate(one, fates.get(one.item)) for one in directive.items)
    after = directive.model_copy(update={"items": items})
    days = [fate.closed_on for fate in fates.values() if fate.state in DONE and fate.closed_on is not None]
    return after.model_copy(update={"fulfilled_on": _fulfilled_on(after, max(days, default=None))})


def _with_fate(item: DirectiveItem, fate: Fate | None) -> DirectiveItem:
    if fate is None:
        return item
    state = ItemState.DONE if fate.state in DONE else ItemState.DROPPED if fate.state in DROPPED else ItemState.OPEN
    return item.model_copy(update={"state": state, "case_id": fate.case.id, "case_number": fate.case.number})


def _fulfilled_on(directive: IssuedDirective, day: date | None) -> date | None:
    states = {one.state for one in directive.items}
    return day if ItemState.DONE in states and ItemState.OPEN not in states else None


def number_of(directive: IssuedDirective) -> tuple[str, int, str]:
    """By what a directive is numbered: its issuer, the year, the number."""
    return directive.issuer_post_id, directive.issued_on.year, directive.number
