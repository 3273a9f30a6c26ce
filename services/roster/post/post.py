"""Who holds a post, who held it, and what was known of that when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from contracts.language.division import Division
from contracts.language.rules import Rule, Wrong, broken
from contracts.language.values import PersonRef
from contracts.roster import Appointment, Area, Post
from services.roster.area.in_force import revoked
from services.runtime.problem import Problem
from services.runtime.reference.posts import holds

DAY = timedelta(days=1)


def appoint(post: Post, person: PersonRef, held_from: date, held_to: date | None, now: datetime) -> Post:
    """The post with somebody appointed to it: whoever holds it on that day ends the day before (DOMAIN §3).

    What was recorded stays, marked with when something else took its place. The same appointment again changes
    nothing. Raises Problem 422 where the days cannot be.
    """
    if held_to is not None and held_to < held_from:
        raise _unlawful("held_to", broken("held_to_before", first=held_from))
    if post.ended_on is not None and post.ended_on < (held_to or date.max):
        field = "held_from" if post.ended_on < held_from else "held_to"
        raise _unlawful(field, broken("after_end_of_post", last=post.ended_on))
    live = [one for one in post.appointments if one.superseded_at is None]
    if any((one.person, one.held_from, one.held_to) == (person, held_from, held_to) for one in live):
        return post
    after = min((one for one in live if one.held_from > held_from), key=lambda one: one.held_from, default=None)
    if after is not None and (held_to is None or held_to >= after.held_from):
        raise _unlawful("held_to", broken("before_next_holder", day=after.held_from, person=after.person.id))
    records = [Appointment(person=person, held_from=held_from, held_to=held_to, recorded_at=now)]
    for one in post.appointments:
        if one not in live or one.held_from > held_from or _last_day(one) < held_from:
            records.append(one)
            continue
        records.append(one.model_copy(update={"superseded_at": now}))
        if one.held_from < held_from:
            records.append(one.model_copy(update={"held_to": held_from - DAY, "recorded_at": now}))
    return post.model_copy(update={"appointments": _in_order(records)})


def merged(stated: Post, before: Post | None) -> Post:
    """The post as stated, with every appointment that was recorded before: a statement makes nobody forgotten."""
    records = {_key(one): one for one in stated.appointments}
    for one in before.appointments if before else ():
        said = records.get(_key(one))
        if said is None or said.superseded_at is None:
            records[_key(one)] = one
    return stated.model_copy(update={"appointments": _in_order(records.values())})


def problems_of(posts: Sequence[Post], areas: Mapping[str, Area], now: datetime) -> list[Wrong]:
    """What forbids enrolling the posts, which are merged already, on these areas."""
    times = Counter(post.id for post in posts)
    found: list[Wrong] = []
    for at, post in enumerate(posts):
        wrong = [("id", broken("once_in_command"))] if times[post.id] > 1 else []
        wrong += [*_of_place(post, areas.get(post.area_id)), *_of_appointments(post, now)]
        found += [{"field": f"posts.{at}.{field}", "rule": rule} for field, rule in wrong]
    return found


def may_appoint(actor: str, offices: Iterable[Post], division: Division, today: date) -> bool:
    """Whether the actor holds one of these office posts today, at or above the division."""
    return any(office.division.contains(division) and holds(office, actor, today) for office in offices)


def _of_place(post: Post, area: Area | None) -> Iterator[tuple[str, Rule]]:
    if area is None:
        yield "area_id", broken("enrolled_area", area=post.area_id)
    elif post.division != area.division:
        yield "division", broken("division_of_area", division=area.division)
    elif area.ended_on is not None and area.ended_on < (post.ended_on or date.max):
        yield "ended_on", revoked([area], date.max) or broken("parent_ended", area=area.id, last=area.ended_on)


def _of_appointments(post: Post, now: datetime) -> Iterator[tuple[str, Rule]]:
    live = [one for one in post.appointments if one.superseded_at is None]
    if any(_last_day(one) < one.held_from for one in live):
        yield "appointments", broken("ends_before_begins")
    if any(at is not None and at > now for one in post.appointments for at in (one.recorded_at, one.superseded_at)):
        yield "appointments", broken("recorded_by_now", now=now.isoformat())
    for one, following in pairwise(live):
        if following.held_from <= _last_day(one):
            yield "appointments", broken("overlap", person=one.person.id, day=following.held_from)


def _last_day(one: Appointment) -> date:
    return one.held_to or date.max


def _key(one: Appointment) -> tuple[str, date, date | None, datetime]:
    return one.person.id, one.held_from, one.held_to, one.recorded_at


def _in_order(records: Iterable[Appointment]) -> tuple[Appointment, ...]:
    return tuple(sorted(records, key=lambda one: (one.held_from, one.recorded_at, _last_day(one), one.person.id)))


def _unlawful(field: str, rule: Rule) -> Problem:
    return Problem(422, "appointment-not-lawful", None, errors=[{"field": field, "rule": rule}])
