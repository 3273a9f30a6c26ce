"""What targets announces: what was planned, how far it is, and what stands in a chief's record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.division import Division
from contracts.event import Fact
from contracts.values import CaseRef, ExternalId, Instant, Line, OpenEnum, Period, PostRef, Token, Value

Amount = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=4)]
"""An amount in the target's unit, a string in JSON, at most four decimal places."""


class TargetKind(OpenEnum):
    """How a target is judged (DOMAIN §6)."""

    QUANTITY = "quantity"
    COUNT = "count"
    RATIO = "ratio"
    MILESTONE = "milestone"
    CEILING = "ceiling"
    OTHER = "other"


class TargetUnit(OpenEnum):
    """What a target is counted in."""

    MU = "mu"
    M3 = "m3"
    YUAN = "yuan"
    TONNE = "tonne"
    VISITS = "visits"
    PERCENT = "percent"
    PIECES = "pieces"
    OTHER = "other"


class Target(Value):
    """One line of the year's plan (DOMAIN §7).

    `amount` is None where the source gives no number. `source` says where the figure is from, `ours` that it is a
    default that the source does not give. Nothing is reminded of before `known_from`. `due_on` is the day by which it
    must be reached; None is the last day in force.
    """

    id: Token
    year: Annotated[int, Field(ge=2000, le=2100)]
    name: Line
    name_en: Line
    kind: TargetKind
    unit: TargetUnit
    amount: Amount | None
    division: Division
    parent_id: Token | None = None
    in_force: Period
    due_on: date | None = None
    known_from: date
    source: Line
    ours: bool = False


class TargetSet(Fact):
    """A target stands in the plan with this amount. Source: DOMAIN §6, E1."""

    name: ClassVar[str] = "targets.set.v1"
    aggregate: ClassVar[str] = "target.id"
    place: ClassVar[str] = "target.division"

    target: Target


class Amounts(Value):
    """The four amounts, kept apart (DOMAIN §6), in the target's unit."""

    reported: Amount = Decimal(0)
    mapped: Amount = Decimal(0)
    accepted: Amount = Decimal(0)
    preserved: Amount = Decimal(0)


class ProgressRecorded(Fact):
    """A progress report has been counted; `total` is the target's sum after it.

    `counted` is what this report adds: for a higher revision the difference to the one before, which may be
    negative.
    """

    name: ClassVar[str] = "targets.progressed.v1"
    aggregate: ClassVar[str] = "target_id"
    place: ClassVar[str] = "division"

    target_id: Token
    division: Division
    source: Line
    external_id: ExternalId
    revision: int
    entity: Line
    plot: Line
    counted: Decimal
    total: Amounts
    at: Instant


class RecordWord(OpenEnum):
    """What a case did to a record."""

    OPENED = "opened"
    OVERDUE = "overdue"
    CLOSED = "closed"
    OTHER = "other"


class RecordEntered(Fact):
    """A case has been written into the record of the chief answerable (A6).

    `post` is the chief's post with whoever held it when the case occurred.
    """

    name: ClassVar[str] = "targets.recorded.v1"
    aggregate: ClassVar[str] = "post.id"
    place: ClassVar[str] = "post.division"

    post: PostRef
    case: CaseRef
    what: RecordWord
    at: Instant
