"""Enrols entries of any register: who may, what forbids it, what is told of it and found in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from contracts.language.command import OPERATOR, Done
from contracts.language.division import Division
from contracts.language.message import Fact
from contracts.language.rules import Rule, Wrong, broken
from contracts.language.values import UnitRef, day_of
from contracts.roster import KEPT, FindingStated, Post, Register, RegisterEntry, RegisterFinding
from services.roster.area.store import take_turn
from services.roster.coverage import store as coverage_store
from services.roster.post.post import may_appoint
from services.roster.register import store
from services.roster.register.finding import judged, look_on, wanted_of
from services.roster.register.rules import FieldAndRule, Rules, Seen
from services.roster.register.store import AreaHere, Stored
from services.roster.statement import require_lawful, states_to_tell
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem
from services.runtime.reference.posts import stands_on
from services.runtime.transaction import Transaction


async def enrol(tx: Transaction, ask: Ask[Any], rules: Rules[Any]) -> Answer:
    """State entries; the same state again changes nothing, one broken rule enrols none of them."""
    kept = KEPT[rules.register]
    stated: Sequence[RegisterEntry] = getattr(ask.command, kept.entries_field)
    await take_turn(tx)
    before = await store.entries(tx, rules.register, {one.id for one in stated})
    merged = [rules.merged(one, _entry(before.get(one.id))) for one in stated]
    await require_office(tx, ask, [*merged, *(one.entry for one in before.values())])
    areas = await store.areas_here(tx, {id for one in merged for id in (one.division, one.area_id) if id})
    around = await rules.around(tx, merged)
    seen = await seen_by(tx, rules)
    problems = list(_problems(rules, merged, before, areas, around, seen))
    require_lawful("entries", [Wrong(field=f"{kept.entries_field}.{at}", rule=rule) for at, rule in problems])
    changed = [one for one in merged if one != _entry(before.get(one.id))]
    return Answer(Done(changed=len(changed)), await put(tx, rules, changed, before, around) if changed else [])


async def entry_named(tx: Transaction, ask: Ask[Any], register: Register, field: str) -> Stored:
    """The entry whose id a command has in a field, locked. Raises Problem 404, and 403 as `require_office` does."""
    id = getattr(ask.command, field)
    await take_turn(tx)
    found = (await store.entries(tx, register, [id])).get(id)
    if found is None:
        rule = broken("in_register", register=register, id=id)
        raise Problem(404, "no-such-entry", rule, errors=[Wrong(field=field, rule=rule)])
    await require_office(tx, ask, [found.entry])
    return found


async def put(
    tx: Transaction, rules: Rules[Any], changed: Sequence[RegisterEntry], before: Mapping[str, Stored], around: Any
) -> list[Fact]:
    """Write entries that have changed; what is told of them, and of what is found in them."""
    kept, today = KEPT[rules.register], day_of(tx.now)
    known = {one.id: before[one.id].known_on if one.id in before else today for one in changed}
    told: list[Fact] = [
        kept.fact(state) for state in states_to_tell(changed, {id: one.entry for id, one in before.items()}, today)
    ]
    stored = [Stored(one, known[one.id]) for one in changed]
    looks, found = await look(tx, rules, stored, around)
    await store.save(tx, rules.register, changed, looks, today)
    await store.save_findings(tx, found)
    if rules.register is Register.OLD_TREE:
        divisions = {one.division for one in (*changed, *(one.entry for one in before.values()))}
        await coverage_store.look_again(tx, divisions)
    return [*told, *(FindingStated(finding=one) for one in found)]


async def look(
    tx: Transaction, rules: Rules[Any], stored: Sequence[Stored], around: Any
) -> tuple[dict[str, date | None], list[RegisterFinding]]:
    """On which day time must look at each next, and what is found in them otherwise than before."""
    seen = await seen_by(tx, rules)
    today = seen.today
    standing = await store.standing(tx, rules.register, [one.entry.id for one in stored])
    offices = await offices_of(tx, {one.entry.division for one in stored}, today)
    looks: dict[str, date | None] = {}
    found: list[RegisterFinding] = []
    for one in stored:
        entry = one.entry
        wanted = wanted_of(rules, entry, around, replace(seen, known_on=one.known_on))
        before = standing.get(entry.id, [])
        changed = judged(rules, entry, wanted, before, offices[entry.division], tx.now, today)
        found += changed
        looks[entry.id] = look_on(entry, wanted, [*before, *changed], seen)
    return looks, found


async def seen_by(tx: Transaction, rules: Rules[Any]) -> Seen:
    """How one looks at what is known from today on."""
    today = day_of(tx.now)
    return Seen(today, await tx.see(rules.law.view) if rules.law is not None else None, today)


async def offices_of(tx: Transaction, divisions: Collection[Division], today: date) -> dict[Division, UnitRef | None]:
    """The chief office nearest to each division, at it or above."""
    posts = await store.offices_at(tx, divisions)
    return {
        division: next(
            (post.unit for above in division.chain() for post in posts.get(above, ()) if stands_on(post, today)), None
        )
        for division in divisions
    }


async def require_office(tx: Transaction, ask: Ask[Any], entries: Sequence[RegisterEntry]) -> None:
    """Raises Problem 403 unless each lies within the subject's division and the actor is of its chief office."""
    for one in entries:
        ask.require_within(one.division)
    if ask.actor == OPERATOR:
        return
    divisions = {one.division for one in entries}
    offices: list[Post] = [post for posts in (await store.offices_at(tx, divisions)).values() for post in posts]
    for division in sorted(divisions):
        if not may_appoint(ask.actor, offices, division, day_of(tx.now)):
            told = broken("for_office_of_register", operator=OPERATOR, division=division)
            raise Problem(403, "not-the-office", told)


def _entry(stored: Stored | None) -> Any:
    return None if stored is None else stored.entry


def _problems(
    rules: Rules[Any],
    stated: Sequence[RegisterEntry],
    before: Mapping[str, Stored],
    areas: Mapping[str, AreaHere],
    around: Any,
    seen: Seen,
) -> Iterator[tuple[str, Rule]]:
    """Each broken rule by the number of the entry and its field."""
    times = Counter(one.id for one in stated)
    for at, one in enumerate(stated):
        wrong: list[FieldAndRule] = [("id", broken("once_in_command"))] if times[one.id] > 1 else []
        wrong += [*_of_place(one, areas), *rules.problems(one, _entry(before.get(one.id)), around, seen)]
        yield from ((f"{at}.{field}", rule) for field, rule in wrong)


def _of_place(entry: RegisterEntry, areas: Mapping[str, AreaHere]) -> Iterator[FieldAndRule]:
    if entry.division not in areas:
        yield "division", broken("enrolled_division", division=entry.division)
    if entry.area_id is not None:
        area = areas.get(entry.area_id)
        if area is None:
            yield "area_id", broken("enrolled_area", area=entry.area_id)
        elif area.division != entry.division:
            yield "division", broken("division_of_area", division=area.division)
    if entry.ended_on is not None and entry.ended_on < entry.in_force_from:
        yield "ended_on", broken("ended_before_force", first=entry.in_force_from)
