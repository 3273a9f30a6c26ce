"""What a case may become, who may move it, and whose it is afterwards (DOMAIN §5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.cases import Case, CaseState, Owner
from contracts.division import Level
from contracts.incident import ALARMS, Incident
from contracts.values import AreaKind, CaseRef, UnitRef, day_of
from services.cases.deadline import after
from services.cases.post import Actor, Posts
from services.runtime.problem import Problem

OURSELVES = "cases"
"""Who moves a case when a report or time does."""
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:linzhang:case")


@dataclass(frozen=True, slots=True)
class Rules:
    """The figures of `rules.json`: by whom and within how many working days something is done."""

    office_level: Level
    working_days: Mapping[str, int]

    @classmethod
    def read(cls, path: Path) -> Rules:
        stated = json.loads(path.read_text(encoding="utf-8"))
        return cls(Level(stated["office_level"]), stated["working_days"])


RULES = Rules.read(Path(__file__).with_name("rules.json"))


class By(StrEnum):
    """Who may make a move."""

    OFFICE = "office"
    UNIT = "unit"
    ACCEPTOR = "acceptor"


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the machine: from some states to another, by somebody."""

    word: str
    before: tuple[CaseState, ...]
    after: CaseState
    by: By


S = CaseState
MOVES = {
    move.word: move
    for move in (
        Move("verify", (S.REGISTERED,), S.VERIFIED, By.OFFICE),
        Move("dismiss", (S.REGISTERED,), S.DISMISSED, By.OFFICE),
        Move("assign", (S.VERIFIED,), S.ASSIGNED, By.OFFICE),
        Move("start", (S.ASSIGNED,), S.RECTIFYING, By.UNIT),
        Move("submit", (S.RECTIFYING,), S.SUBMITTED, By.UNIT),
        Move("send_back", (S.SUBMITTED,), S.RECTIFYING, By.ACCEPTOR),
        Move("accept", (S.SUBMITTED,), S.ACCEPTED, By.ACCEPTOR),
        Move("close", (S.ACCEPTED,), S.CLOSED, By.OFFICE),
    )
}
"""The machine."""


def opens_case(incident: Incident) -> bool:
    """Fire and disease are alarms first: they open no case by themselves (DOMAIN §4)."""
    return incident.kind not in ALARMS


def open_case(incident: Incident, number: str, weight: int, posts: Posts, at: datetime) -> Case:
    """The case that an incident opens, with the posts answerable for its place when it was seen. Raises NoOffice."""
    office = posts.office(incident.division, RULES.office_level)
    # Parts that the contract has read or these rules have made.
    return Case.model_construct(
        ref=CaseRef.model_construct(id=str(case_id(incident.id)), number=number, division=incident.division),
        incident_id=incident.id,
        campaign=f"daily-{day_of(at).year}",
        kind=incident.kind,
        severity=incident.severity,
        state=S.REGISTERED,
        lon=incident.lon,
        lat=incident.lat,
        area_id=incident.areas[0].id,
        place=_place(incident),
        text=incident.text,
        seen_at=incident.seen_at,
        answerable=posts.answerable([area.id for area in incident.areas], day_of(incident.seen_at)),
        office=office,
        unit=None,
        due_on=None,
        owner=_office_owns(office, "verify", at),
        rectified_by=None,
        accepted_by=None,
        weight=weight,
        since=at,
    )


def case_id(incident_id: UUID) -> UUID:
    return uuid5(_NAMESPACE, str(incident_id))


def move(case: Case, word: str, actor: Actor, at: datetime, **changes: Any) -> Case:
    """The case after a move. Raises Problem as `lawful` does."""
    made = lawful(case, word, actor)
    moved = case.model_copy(update={**changes, "state": made.after, "since": at})
    return moved.model_copy(update={"owner": _owner(moved, at)})


def lawful(case: Case, word: str, actor: Actor) -> Move:
    """The move, if it may be made. Raises Problem 409 for an unlawful one, 403 for somebody who may not make it."""
    made = MOVES[word]
    if case.state not in made.before:
        raise Problem(
            409,
            "unlawful-move",
            f"{case.ref.number} is {case.state}; {word} is lawful only from {', '.join(made.before)}",
            errors=[{"field": "case_id", "rule": f"{word} is lawful only from {', '.join(made.before)}"}],
            state=case.state,
            moves_allowed=allowed(case.state),
        )
    _require(case, made, actor)
    return made


def allowed(state: CaseState) -> tuple[str, ...]:
    """The moves that are lawful in a state."""
    return tuple(word for word, move in MOVES.items() if state in move.before)


def assign(case: Case, actor: Actor, at: datetime, unit: UnitRef | None, due_on: date) -> Case:
    """Hand a case to the unit that must put it right, by a day; `unit` is None when nobody knows it."""
    lawful(case, "assign", actor)
    errors = []
    if unit is None:
        errors.append({"field": "unit.id", "rule": "must be the unit of a post in the roster"})
    if due_on < day_of(at):
        errors.append({"field": "due_on", "rule": f"must not be before today, {day_of(at)}"})
    if errors:
        raise Problem(
            422, "assignment-not-lawful", "a case goes to a known unit, by a day from today on", errors=errors
        )
    return move(case, "assign", actor, at, unit=unit, due_on=due_on)


def submit(case: Case, actor: Actor, at: datetime) -> Case:
    return move(case, "submit", actor, at, rectified_by=actor.id)


def send_back(case: Case, actor: Actor, at: datetime) -> Case:
    """The unit goes on; the days that the case waited for its acceptor do not count against it."""
    waited = timedelta(days=(day_of(at) - day_of(case.since)).days)
    return move(case, "send_back", actor, at, due_on=case.due_on and case.due_on + waited)


def accept(case: Case, actor: Actor, at: datetime) -> Case:
    """The acceptor signs (谁验收、谁负责)."""
    return move(case, "accept", actor, at, accepted_by=actor.id)


def is_overdue(case: Case, today: date) -> bool:
    return case.owner is not None and case.owner.due_on < today


def _owner(case: Case, at: datetime) -> Owner | None:
    """Who must act now, and by when: an open case always has an owner and a day."""
    match case.state:
        case S.VERIFIED:
            return _office_owns(case.office, "assign", at)
        case S.ASSIGNED | S.RECTIFYING:
            assert case.unit is not None
            assert case.due_on is not None
            return Owner(unit=case.unit, due_on=case.due_on)
        case S.SUBMITTED:
            return _office_owns(case.office, "accept", at)
        case S.ACCEPTED:
            return _office_owns(case.office, "close", at)
    return None


def _office_owns(office: UnitRef, word: str, at: datetime) -> Owner:
    deadline = after(day_of(at), RULES.working_days[word])
    return Owner.model_construct(unit=office, due_on=deadline.on, calendar=deadline.calendar)


def _require(case: Case, made: Move, actor: Actor) -> None:
    """Raises Problem 403 unless the actor's posts allow the move."""
    place = case.ref.division
    in_office = actor.runs_the_book(place, RULES.office_level)
    match made.by:
        case By.UNIT:
            lawful, who = actor.of_unit(case.unit), "somebody of the unit that the case is assigned to"
        case By.OFFICE:
            lawful, who = in_office, f"the chief office of the {RULES.office_level}, or one above it"
        case By.ACCEPTOR:
            rectifier = actor.id == case.rectified_by or actor.of_unit(case.unit)
            lawful = (in_office or actor.is_chief_of(place)) and not rectifier
            who = "a chief of the place or a chief office, never the rectifier nor anybody of its unit"
    if not lawful:
        raise Problem(
            403,
            "not-yours-to-move",
            f"{made.word} is made by {who}",
            errors=[{"field": "subject", "rule": f"the actor must be {who}"}],
        )


def _place(incident: Incident) -> str:
    """`浮梁县三龙镇某某村`: the divisions from the county down."""
    named = [area for area in incident.areas if area.kind is AreaKind.DIVISION]
    below = [area.name for area in reversed(named) if area.division.level not in (Level.PROVINCE, Level.CITY)]
    return ("".join(below) or incident.areas[0].name)[:200]


def numbered(year: int, county: str, n: int) -> str:
    """A number in the book of a county: `2020-360222-000123`."""
    return f"{year}-{county}-{n:06d}"
