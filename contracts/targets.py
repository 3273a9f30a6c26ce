"""What targets announces: what was planned, how far it is, and what stands in a chief's record."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.division import Division
from contracts.event import Fact
from contracts.values import CaseRef, Day, ExternalId, Instant, Line, OpenEnum, Period, PostRef, Token, UnitRef, Value
from contracts.written import WHOLE, Exact

Amount = Annotated[Decimal, Exact(digits=16)]
"""An amount in the target's unit."""
NOTHING = Decimal("0.0000")


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
    year: Annotated[int, Field(ge=2000, le=2100), WHOLE]
    name: Line
    name_en: Line
    kind: TargetKind
    unit: TargetUnit
    amount: Amount | None
    division: Division
    parent_id: Token | None = None
    in_force: Period
    due_on: Day | None = None
    known_from: Day
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

    reported: Amount = NOTHING
    mapped: Amount = NOTHING
    accepted: Amount = NOTHING
    preserved: Amount = NOTHING


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
    counted: Annotated[Decimal, Exact(digits=16, signed=True)]
    total: Amounts
    at: Instant


class RecordWord(OpenEnum):
    """What a case did to a record; `relapsed` is entered for who became answerable by a relapse."""

    OPENED = "opened"
    OVERDUE = "overdue"
    CLOSED = "closed"
    RELAPSED = "relapsed"
    OTHER = "other"


class UndoneBy(OpenEnum):
    """What took an entry out of a record: it stays to be seen, and counts no more.

    `transferred` or `revised` to another's ground or time; `relapsed` undoes a close, `no_violation` all that the case
    had entered.
    """

    DISMISSED = "dismissed"
    NO_VIOLATION = "no_violation"
    VOIDED = "voided"
    MERGED = "merged"
    TRANSFERRED = "transferred"
    REVISED = "revised"
    RELAPSED = "relapsed"
    OTHER = "other"


class RecordEntered(Fact):
    """A case has been written into the record of the nearest chief (A6); after an undoing it may be written again.

    `post` is the chief's post with its holder: of when the case occurred for `opened` and `closed` (each holder, if the
    post changed hands meanwhile), of when it was so for `overdue` and `relapsed`.
    """

    name: ClassVar[str] = "targets.recorded.v1"
    aggregate: ClassVar[str] = "post.id"
    place: ClassVar[str] = "post.division"

    post: PostRef
    case: CaseRef
    what: RecordWord
    at: Instant


class RecordUndone(Fact):
    """An entry in the record of a chief counts no more: the case turned out to be none, or to be another's."""

    name: ClassVar[str] = "targets.record_undone.v1"
    aggregate: ClassVar[str] = "post.id"
    place: ClassVar[str] = "post.division"

    post: PostRef
    case: CaseRef
    what: RecordWord
    undone_by: UndoneBy
    at: Instant


class AlsoRecorded(Fact):
    """Who answers besides a chief, since a false rectification: the unit of that time, the person who accepted it.

    Told again with `undone_by` when the entry counts no more. Source: DOMAIN §5, attribution.
    """

    name: ClassVar[str] = "targets.also_recorded.v1"
    aggregate: ClassVar[str] = "case.id"
    place: ClassVar[str] = "case.division"

    case: CaseRef
    what: RecordWord
    unit: UnitRef | None = None
    account: Token | None = None
    undone_by: UndoneBy | None = None
    at: Instant
