"""The parts of a case, as every fact about it carries them (DOMAIN §5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from contracts.cases.states import Instrument, PlanState, ReferredTo, RelapseReason
from contracts.language.division import Level
from contracts.language.evidence import Evidence, Pieces
from contracts.language.mu import Mu
from contracts.language.values import CaseRef, Line, PostRef, Token, UnitRef, Value
from contracts.language.written import Day, Exact

VolumeM3 = Annotated[Decimal, Exact(digits=9, title="VolumeM3")]
Yuan = Annotated[Decimal, Exact(digits=12, title="Yuan")]


class Measured(Value):
    """How much it is about and in which part of the forest: 违法面积, 蓄积, 株数, 林班, 小班."""

    illegal_area_mu: Mu | None = None
    volume_m3: VolumeM3 | None = None
    trees: Pieces | None = None
    compartment: Line | None = None
    sub_compartment: Line | None = None


class LawSide(Value):
    """What the police or the forestry enforcement made of it: 立案, 处罚决定书文号, 罚款, 追责问责.

    `filed_as` is their number and cause; a lead that is only entered is registered, not filed.
    """

    filed_as: Line | None = None
    penalty_document: Line | None = None
    fine_yuan: Yuan | None = None
    held_accountable: Annotated[tuple[Line, ...], Field(max_length=50)] = ()


class Interval(Value):
    """Days from `from_on` to `to_on`, both included."""

    from_on: Day
    to_on: Day


class Owner(Value):
    """Who must act now, and by which day: an open case always has one (DOMAIN §5).

    `calendar` says by which calendar the day was counted; None for a day that a person chose. `since_on` is the day
    from which it is theirs.
    """

    unit: UnitRef
    due_on: date
    calendar: Line | None = None
    since_on: date | None = None


class Measure(Value):
    """One step of a rectification plan."""

    text: Line
    due_on: Day


class Plan(Value):
    """A rectification plan: measures with their days, and what became of it.

    `tier` is the level of the office that decided it, None where that was not recorded.
    """

    measures: tuple[Measure, ...]
    state: PlanState
    by: Token
    decided_by: Token | None = None
    tier: Level | None = None


class Proof(Value):
    """Evidence for one item of a route's checklist."""

    item: Token
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1, max_length=20)]
    note: Line | None = None


class Extension(Value):
    """A later day that the unit asks for."""

    due_on: date
    reason: Line


class Objection(Value):
    """What somebody says against a public notice; `days_left` working days of the notice remained that day."""

    by: Token
    reason: Line
    days_left: Annotated[int, Field(ge=0)]


class Referral(Value):
    """A lead handed to another body in a cycle of the case; once acknowledged, its own number goes with it (G5).

    `calendar` says by which calendar `due_on` was counted. `last_rung` is the last letter of the ladder that pressed
    for it before its case was merged into this one.
    """

    n: Annotated[int, Field(ge=1)]
    kind: ReferredTo
    to: UnitRef
    cycle: Annotated[int, Field(ge=1)] = 1
    sent_on: date
    due_on: date
    calendar: Line | None = None
    acknowledged_on: date | None = None
    their_number: Line | None = None
    outcome: Line | None = None
    concluded_on: date | None = None
    last_rung: Token | None = None


class Repeats(Value):
    """Earlier cases within two years: at the same place, of the same party, by the same cause; `cases` the latest."""

    place: int = 0
    party: int = 0
    cause: int = 0
    cases: tuple[CaseRef, ...] = ()


class AlsoAnswerable(Value):
    """Who answers besides, since a relapse: a post, a unit, or an account (DOMAIN §5, attribution)."""

    why: RelapseReason
    post: PostRef | None = None
    unit: UnitRef | None = None
    account: Token | None = None


class ItemRef(Value):
    """An item of a directive of roster's register."""

    directive_id: Token
    item: Token


class Directive(Value):
    """What a chief asked for: by which instrument, under which number, on which day."""

    instrument: Instrument
    number: Line
    issued_on: Day
    issuer_post_id: Token
