"""What a post must walk in a period, and what became of it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import (
    COMES_LATER,
    Line,
    OpenEnum,
    PersonRef,
    Role,
    Token,
    Value,
    Words,
    known,
    one_of,
)
from contracts.language.written import WHOLE, Day, Id, Instant


class Activity(OpenEnum):
    """A chief's patrol (巡林), a ranger's round (巡护), a supervisor's visit to a grid (监管员查看网格).

    Of a surveillance station its report (监测报告).
    """

    PATROL = "patrol"
    ROUND = "round"
    VISIT = "visit"
    REPORT = "report"
    OTHER = "other"


_WALKED = [one.value for one in Activity if one is not Activity.REPORT]
Walked = Annotated[Activity, one_of(_WALKED), Field(json_schema_extra={"enum": _WALKED})]
"""What somebody walks: a station's report is made otherwise."""


class PatrolWay(OpenEnum):
    """How a chief patrols, by Jiangxi's rule of April 2020: gathered (集中) or everyday (日常)."""

    GATHERED = "gathered"
    EVERYDAY = "everyday"
    OTHER = "other"


class DutyPeriod(OpenEnum):
    """How often something is asked; what an order asks is asked once."""

    DAY = "day"
    WEEK = "week"
    TEN_DAYS = "ten_days"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    ONCE = "once"
    OTHER = "other"


class Counted(OpenEnum):
    """What is counted: patrols, days on which enough was walked, or grids that were seen."""

    PATROLS = "patrols"
    DAYS = "days"
    GRIDS = "grids"
    OTHER = "other"


class DutyState(OpenEnum):
    """How a duty stands."""

    OPEN = "open"
    MET = "met"
    MISSED = "missed"
    EXCUSED = "excused"
    VACANT = "vacant"
    OTHER = "other"


class Duty(Value):
    """What a post must do between two days, by a rule as it stood when it was opened."""

    id: Id
    post_id: Token
    role: Role
    area_id: Token
    division: Division
    rule: Token
    name: Line
    name_en: Line
    version: Line
    source: Line
    activity: Activity
    period: DutyPeriod
    count: int
    counted: Counted
    first: Day
    last: Day


class DutyFact(Fact):
    """Something of a duty."""

    aggregate: ClassVar[str] = "duty.post_id"
    place: ClassVar[str] = "duty.division"

    duty: Duty
    at: Instant


class DutyOpened(DutyFact):
    """A post has something to do in a period. Source: DOMAIN §4."""

    name: ClassVar[str] = "patrol.duty_opened.v1"


class DutyDueSoon(DutyFact):
    """The days of a duty run out, and it is not done; who holds the post now inherits it."""

    name: ClassVar[str] = "patrol.duty_due_soon.v1"

    done: int
    holder: PersonRef | None


class DutyMet(DutyFact):
    """What was asked has been done; `before` is what it was taken for before a late record came."""

    name: ClassVar[str] = "patrol.duty_met.v1"

    done: int
    before: DutyState
    holder: PersonRef | None


class DutyMissed(DutyFact):
    """The days have passed, and it was not done; `missing` names what it lacks. `holder` held the post on the last."""

    name: ClassVar[str] = "patrol.duty_missed.v1"

    done: int
    missing: tuple[Line, ...]
    holder: PersonRef | None


class DutyVacant(DutyFact):
    """It was not done and nobody held the post on its last day: nobody's personal failure."""

    name: ClassVar[str] = "patrol.duty_vacant.v1"

    done: int


class DutyReopened(DutyFact):
    """A patrol that it was met by no longer counts, and there are days left."""

    name: ClassVar[str] = "patrol.duty_reopened.v1"

    done: int


class DutyExcused(DutyFact):
    """The office has excused it."""

    name: ClassVar[str] = "patrol.duty_excused.v1"

    before: DutyState
    reason: Line
    by: Line


class Order(Value):
    """The order (林长令) that asks for a patrol: its number, and what it says."""

    number: Line
    text: Words | None = None


class DutyShown(Value):
    """A duty, how it stands, and how much of it is done; `order` is what asked for it, where that was no count."""

    duty: Duty
    state: DutyState
    done: int
    reason: Line | None
    order: Annotated[Order | None, COMES_LATER] = None


class DutiesShown(Value):
    """Duties, those that end first at the beginning."""

    duties: tuple[DutyShown, ...]


class ListDuties(Command):
    """The duties of the subject's division and those below, of a post, in a state, of a day."""

    name: ClassVar[str] = "patrol.list_duties.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = DutiesShown

    post_id: Token | None = None
    state: Annotated[DutyState, known(DutyState)] | None = None
    on: Day | None = None
    limit: Annotated[int, Field(ge=1, le=500), WHOLE] = 100


class ExcuseDuty(Command):
    """Excuse a duty that is not met, with a reason. By a chief office above."""

    name: ClassVar[str] = "patrol.excuse_duty.v1"
    answer: ClassVar[type[BaseModel]] = DutyShown

    duty_id: Id
    reason: Line


class OrderPatrol(Command):
    """A general chief's order (林长令): a post patrols once, up to a last day, on top of all counts. By an office."""

    name: ClassVar[str] = "patrol.order_patrol.v1"
    answer: ClassVar[type[BaseModel]] = DutyShown

    post_id: Token
    number: Line
    text: Words
    due_on: Day
