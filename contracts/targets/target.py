"""Targets of the plan."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import COMES_LATER, UNSAID, Line, OpenEnum, Period, Token, Value
from contracts.language.written import WHOLE, Day
from contracts.targets.progress import Amount, Amounts, Left

PLAN_PAGE = 500


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


class CountedWork(OpenEnum):
    """Work of patrol that counts by itself.

    Of clearance, the trees that are treated and those of them that were verified; in mu, the plots of which all are.
    """

    CLEARANCE = "clearance"
    OTHER = "other"


class Target(Value):
    """One line of the year's plan (DOMAIN §7).

    `amount` is None where the source gives no number. `source` says where the figure is from, `ours` that it is a
    default that the source does not give. Nothing is reminded of before `known_from`. `due_on` is the day by which it
    must be reached; None is the last day in force. `entity` is who carries it out where that is no division: a state
    forest farm, say, which `division` only places. Of what `counts` by itself no progress is reported: of clearance,
    plots count that lie in the division and whose last day lies within the days in force.
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
    entity: Annotated[Line | None, COMES_LATER, UNSAID] = None
    counts: Annotated[CountedWork | None, COMES_LATER] = None


class SetTarget(Command):
    """Put a target into the plan, or change it; the same target again changes nothing. By the operator."""

    name: ClassVar[str] = "targets.set_target.v1"
    answer: ClassVar[type[BaseModel]] = Target

    target: Target


class TargetSet(Fact):
    """A target stands in the plan with this amount. Source: DOMAIN §6, E1."""

    name: ClassVar[str] = "targets.set.v1"
    aggregate: ClassVar[str] = "target.id"
    place: ClassVar[str] = "target.division"

    target: Target


class TargetProgress(Value):
    """A target, and how far it is with all its parts. `unallocated` is what is left of its amount for further parts.

    It is null where there is nothing to be left: the target has no number, or its parts are not parts of a sum; below
    zero where a plan of before has shared out more than there is.
    """

    target: Target
    total: Amounts
    unallocated: Annotated[Left | None, COMES_LATER] = None


class PlanShown(Value):
    """The targets that were asked for, by division and id; `more` where this is not all."""

    targets: tuple[TargetProgress, ...]
    more: Annotated[bool, COMES_LATER] = False


class ShowPlan(Command):
    """The targets of a year in or under the subject's division, with the amounts reached, after `after` of a page."""

    name: ClassVar[str] = "targets.show_plan.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = PlanShown

    year: Annotated[int, Field(ge=2000, le=2100), WHOLE]
    after: Token | None = None
    limit: Annotated[int, Field(ge=1, le=PLAN_PAGE), WHOLE] = PLAN_PAGE
