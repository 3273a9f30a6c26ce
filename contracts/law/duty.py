"""Who must walk how often, in which days and seasons, and what counts: the rule table of duties (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.language.division import Division, Level
from contracts.language.rules import custom
from contracts.language.values import Line, Period, Role, Token, known, one_of
from contracts.language.written import Day, Ruled
from contracts.law.versions import Rules
from contracts.patrol.duty import Activity, Counted, DutyPeriod, PatrolWay

MonthDay = Annotated[
    str,
    Field(
        title="MonthDay",
        pattern=r"^(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-9]))$",
    ),
    Ruled("month_day"),
]
"""A day of any year: `10-01`."""
TimeOfDay = Annotated[str, Field(title="TimeOfDay", pattern="^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"), Ruled("time_of_day")]
"""A time of any day: `15:00`."""
_PERIODS = [one.value for one in DutyPeriod if one is not DutyPeriod.OTHER]
_Period = Annotated[DutyPeriod, one_of(_PERIODS), Field(json_schema_extra={"enum": _PERIODS})]
"""One that the calendar has, or an order."""
Some = Annotated[int, Field(ge=1, le=400)]
Least = Annotated[int, Field(ge=0, le=400)]


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Span(_Stated):
    """Days of every year, both included; one that ends before it begins goes on into the next year."""

    first: MonthDay
    last: MonthDay

    def has(self, day: date) -> bool:
        at = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


class Days(Period):
    """Days of one year, both included."""

    model_config = _Stated.model_config

    name: Line

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last


class Season(_Stated):
    """A part of the year; in single years it may have had further days."""

    name: Line
    name_en: Line
    source: Line
    spans: tuple[Span, ...]
    also: tuple[Days, ...] = ()

    def has(self, day: date) -> bool:
        return any(one.has(day) for one in self.spans) or any(one.has(day) for one in self.also)


class Window(_Stated):
    """Only these days of a period count, the first of them being 1."""

    first: Annotated[int, Field(ge=1, le=366)]
    last: Annotated[int, Field(ge=1, le=366)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise custom("period_in_order")
        return self


class Spread(_Stated):
    """At least so many in each shorter period of the whole."""

    over: _Period
    least: Some


class Trigger(_Stated):
    """What calls for it instead of the calendar: any of these."""

    danger_level: Annotated[int, Field(ge=1, le=5)] | None = None
    holiday: bool = False
    ban: bool = False
    order: bool = False


class Visits(_Stated):
    """So many things of a kind are visited."""

    kind: Token
    least: Some


class Validity(_Stated):
    """What a patrol must be, or where days are counted, what is walked on a day, for it to count.

    With `inside_only`, what lies outside the own area does not count; with `no_repeat`, a route that was walked before
    does not until the area is covered. `whole_area` is how often the whole area is covered in the period, `by_time` by
    when of its day in China it has ended, or was reported.
    """

    minutes: Annotated[int, Field(ge=0, le=1_440)] = 0
    metres: Annotated[int, Field(ge=0, le=200_000)] = 0
    inside_only: bool = False
    no_repeat: bool = False
    photos: Least = 0
    items: tuple[Token, ...] = ()
    whole_area: Least = 0
    visits: tuple[Visits, ...] = ()
    by_time: TimeOfDay | None = None


class DutyRule(_Stated):
    """One row: which posts, how often and when, what counts, from when to when, by which source.

    Without `levels` posts of every level are meant, without `divisions` those of everywhere, without `ways` any way of
    patrolling counts, without `season` it holds all the year, without `grace_days` those of the table are given. What
    is asked once, and not by an order, has both days.
    """

    name: Line
    name_en: Line
    source: Line
    roles: Annotated[tuple[Annotated[Role, known(Role)], ...], Field(min_length=1)]
    levels: tuple[Level, ...] = ()
    divisions: tuple[Division, ...] = ()
    activity: Annotated[Activity, known(Activity)]
    ways: tuple[Annotated[PatrolWay, known(PatrolWay)], ...] = ()
    count: Some
    counted: Annotated[Counted, known(Counted)] = Counted.PATROLS
    period: _Period
    window: Window | None = None
    spread: Spread | None = None
    season: Token | None = None
    trigger: Trigger | None = None
    valid: Validity = Validity()
    remind_days_before: Annotated[int, Field(ge=0, le=366)] = 3
    grace_days: Annotated[int, Field(ge=0, le=60)] | None = None
    from_on: Day | None = None
    to_on: Day | None = None

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        kinds = list(DutyPeriod)
        if self.spread is not None and kinds.index(self.spread.over) >= kinds.index(self.period):
            raise custom("spread_shorter")
        ordered = self.trigger is not None and self.trigger.order
        if ordered and self.period is not DutyPeriod.ONCE:
            raise custom("order_asks_once")
        if self.period is DutyPeriod.ONCE and not ordered and (self.from_on is None or self.to_on is None):
            raise custom("once_has_days")
        if self.trigger is not None and not ordered and self.period is not DutyPeriod.DAY:
            raise custom("trigger_asks_daily")
        return self

    def in_force(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day <= self.to_on)


class DutyRules(Rules):
    """The table; with its seasons, the holidays of the years known, and how many days late a record may come."""

    grace_days: Annotated[int, Field(ge=0, le=60)]
    seasons: Mapping[Token, Season]
    holidays: tuple[Days, ...]
    checklist: Mapping[Token, tuple[Line, Line]]
    rules: Mapping[Token, DutyRule]

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        for rule in self.rules.values():
            if rule.season is not None and rule.season not in self.seasons:
                raise custom("one_of", known=", ".join(self.seasons))
            if not set(rule.valid.items) <= set(self.checklist):
                raise custom("one_of", known=", ".join(self.checklist))
        return self
