"""What a case is on its way: opened, moved, owned, answered for, told (DOMAIN §5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.cases import (
    OPEN,
    Case,
    CaseFact,
    CaseKind,
    CasePassedOn,
    CaseState,
    Entry,
    Interval,
    LedgerLine,
    Origin,
    Owner,
    Route,
    Scope,
)
from contracts.language.division import Level
from contracts.language.values import AreaKind, CaseRef, PostRef, UnitRef, day_of
from contracts.patrol import Incident
from services.cases.case.act import Act
from services.cases.case.measured import measured_by
from services.cases.law.campaign import campaign_of, daily
from services.cases.law.deadline import after, counted_by
from services.cases.law.rules import LAW
from services.cases.post.post import NoOffice, Roster

FactT = TypeVar("FactT", bound=CaseFact)
S = CaseState
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:linzhang:case")


def opens_case(incident: Incident) -> bool:
    """Fire and disease are alarms first: they open no case by themselves (DOMAIN §4)."""
    return incident.kind.opens_case


def case_id(*name: object) -> UUID:
    """The id of the case of an incident, or of a row of an old ledger: the same whenever it is asked."""
    return uuid5(_NAMESPACE, "\0".join(map(str, name)))


def open_case(incident: Incident, number: str, weight: int, posts: Roster, at: datetime) -> Case:
    """The case that an incident opens, with the posts answerable for its place when it was seen. Raises NoOffice."""
    today = day_of(at)
    areas = [area.id for area in incident.areas]
    office = posts.office(incident.division, campaign_of(daily(today)).office_level, today)
    # Parts that the contract has read or these rules have made.
    return Case.model_construct(
        ref=CaseRef.model_construct(id=str(case_id(incident.id)), number=number, division=incident.division),
        incident_id=incident.id,
        revision=incident.revision,
        campaign=daily(today),
        kind=CaseKind(incident.kind),
        severity=incident.severity,
        state=S.REGISTERED,
        **placed(incident),
        text=incident.text,
        patrol_id=incident.patrol_id,
        measured=measured_by(incident),
        seen_at=incident.seen_at,
        answerable=posts.answerable(areas, day_of(incident.seen_at)),
        acting=posts.answerable(areas, today),
        office=office,
        owner=owns(office, "verify", today, today),
        weight=weight,
        since=at,
        moved_on=today,
    )


def placed(incident: Incident) -> dict[str, Any]:
    """Where the case of an incident lies."""
    area = incident.areas[0].id
    return {"lon": incident.lon, "lat": incident.lat, "area_id": area, "place": _place(incident)}


def step(case: Case, act: Act, posts: Roster, **changes: Any) -> Case:
    """The case after the move that the act makes."""
    assert act.move is not None
    state = act.move.after or case.state
    office = _standing_office(case, posts, day_of(act.at))
    moved = case.model_copy(update={"since": act.at, "moved_on": act.on, "office": office, **changes, "state": state})
    return moved.model_copy(
        update={"acting": now_acting(moved, posts, act), "owner": owner_of(case, moved, act, posts)}
    )


def _standing_office(case: Case, posts: Roster, today: date) -> UnitRef:
    """The office that runs the book; where it has left the roster, the one that runs it now, if there is any."""
    if posts.unit(case.office.id, today) is not None:
        return case.office
    try:
        return posts.office(case.ref.division, campaign_of(case.campaign).office_level, today)
    except NoOffice:
        return case.office


def beside(case: Case, act: Act, posts: Roster, **changes: Any) -> Case:
    """A case that the move of another changes: its state stays, and nothing can be dated before that act."""
    changed = case.model_copy(update={"since": act.at, "moved_on": act.on, **changes})
    return changed.model_copy(update={"owner": owner_of(case, changed, act, posts)})


def now_acting(case: Case, posts: Roster, act: Act) -> tuple[PostRef, ...]:
    """The posts of the area, of special areas that contained it, and of the divisions above, with today's holders."""
    return posts.answerable(_areas(case, posts), day_of(act.at))


def answered_for(case: Case, posts: Roster) -> tuple[PostRef, ...]:
    """Who answered for the place of a case when it was seen by a report, or while it occurred (A6)."""
    if case.origin is Origin.INCIDENT:
        return posts.answerable(_areas(case, posts), day_of(case.seen_at))
    return answered(posts, _areas(case, posts), case.occurred)


def _areas(case: Case, posts: Roster) -> list[str]:
    here = case.ref.division
    special = [one.area_id for one in case.answerable if one.division.contains(here) or here.contains(one.division)]
    areas = posts.areas(here, day_of(case.seen_at))
    # A case that was moved to a place is in what the place's code meant then.
    above = areas[1:] if posts.is_division(case.area_id, here) else areas
    return list(dict.fromkeys((case.area_id, *special, *above)))


def owner_of(before: Case, case: Case, act: Act, posts: Roster) -> Owner | None:
    """Who must act now, and by when: an open case always has an owner and a day.

    A unit that is no longer in the roster owns nothing: the office must assign the case anew.
    """
    if case.state not in OPEN:
        return None
    owner, today = before.owner, day_of(act.at)
    unit = case.unit if case.unit is not None and posts.unit(case.unit.id, today) is not None else None
    if case.state in (S.ASSIGNED, S.RECTIFYING) and unit is not None and case.due_on is not None:
        stays = owner is not None and (owner.unit, owner.due_on) == (unit, case.due_on)
        return owner if stays else Owner(unit=unit, due_on=case.due_on, calendar=case.due_calendar, since_on=today)
    if case.state is S.RELAPSED and unit is not None:
        stays = before.state is S.RELAPSED and owner is not None and owner.unit == unit
        return owner if stays else owns(unit, "reassign_relapsed", act.on, today)
    acceptor = _acceptor(case, posts, today)
    waits_alike = _waits_alike(before, case) and acceptor == _acceptor(before, posts, today)
    is_gone = unit is None and case.unit is not None and owner is not None and owner.unit.id == case.unit.id
    if case.state is before.state and owner is not None and waits_alike and not is_gone:
        return owner
    if case.state is S.ON_NOTICE and case.objection is None and case.notice_until is not None:
        calendar = counted_by(act.on, case.notice_until)
        return Owner(unit=case.office, due_on=case.notice_until, calendar=calendar, since_on=today)
    if case.state is S.SUBMITTED:
        return owns(acceptor, "accept", act.on, today)
    return owns(case.office, OFFICE_MUST.get(case.state, "assign"), act.on, today)


def _acceptor(case: Case, posts: Roster, today: date) -> UnitRef:
    """The office, or the one above it where the unit belongs to the same body: nobody accepts the own work."""
    above = case.unit and posts.office_to_accept(case.unit, case.office, case.ref.division, today)
    return above or case.office


OFFICE_MUST = {
    S.REGISTERED: "verify",
    S.VERIFIED: "assign",
    S.ACCEPTED: "close",
    S.ON_NOTICE: "answer_objection",
}
"""What the office must do in a state, by the days of `rules.json`."""


def _waits_alike(before: Case, case: Case) -> bool:
    return all(getattr(before, name) == getattr(case, name) for name in ("office", "objection"))


def owns(unit: UnitRef, word: str, day: date, known_on: date) -> Owner:
    """A unit must do what `rules.json` calls `word`, counted from a business date.

    Nobody is pressed for days before it was known.
    """
    deadline = after(day, LAW.seen.on(day).working_days[word])
    return Owner.model_construct(unit=unit, due_on=deadline.on, calendar=deadline.calendar, since_on=known_on)


def passed_on(case: Case, act: Act, posts: Roster) -> CasePassedOn:
    """The case with the present holders of the posts that answer for it, and those posts that have changed hands."""
    acting = now_acting(case, posts, act)
    changed = tuple(post for post in acting if post not in case.acting)
    return told(CasePassedOn, case.model_copy(update={"acting": acting}), act, posts=changed)


def repeats_since(day: date) -> date:
    """How far back repeats are counted (G5)."""
    years = day.year - LAW.seen.on(day).repeats_within_years
    return day.replace(year=years, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=years)


def told(fact: type[FactT], case: Case, act: Act, *entries: Entry, **said: Any) -> FactT:
    """A fact about the case after a move."""
    return fact(case=case, by=act.actor.id, at=act.at, on=act.on, entries=entries, **said)


def scope_of(case: Case) -> Scope:
    return Scope(campaign=case.campaign, division=case.ref.division, kind=case.kind)


def entry(case: Case, line: LedgerLine, on: date, reason: str | None = None, route: Route | None = None) -> Entry:
    """One line of the ledger for the case where it now counts."""
    return Entry(line=line, on=on, scope=scope_of(case), reason=reason, route=route)


def _place(incident: Incident) -> str:
    """`浮梁县三龙镇某某村`: the divisions from the county down."""
    named = [area for area in incident.areas if area.kind is AreaKind.DIVISION]
    below = [area.name for area in reversed(named) if area.division.level not in (Level.PROVINCE, Level.CITY)]
    return ("".join(below) or incident.areas[0].name)[:200]


def numbered(year: int, county: str, n: int) -> str:
    """A number in the book of a county: `2020-360222-000123`."""
    return f"{year}-{county}-{n:06d}"


def answered(posts: Roster, areas: Sequence[str], occurred: Interval | None) -> tuple[PostRef, ...]:
    """Who answered while it occurred: everybody who held the post on one of its days; nobody where that is unknown."""
    if occurred is None:
        return ()
    held = (post for day in posts.changes(areas, occurred) for post in posts.answerable(areas, day))
    return tuple({(post.id, post.holder and post.holder.id): post for post in held}.values())
