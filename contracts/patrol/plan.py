"""The plan of a chief's patrols for a year, and what came of it (A3)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import Line, Token, Value
from contracts.language.written import WHOLE, Day, Instant
from contracts.patrol.recorded import RecordedPatrol


class Stop(Value):
    """A place that a chief means to go to between two days, and what to look at there."""

    id: Token
    division: Division
    place: Line
    first: Day
    last: Day
    topics: Annotated[tuple[Line, ...], Field(max_length=20)] = ()


class PatrolPlan(Value):
    """The patrols and supervision that a chief plans for a year (A3)."""

    post_id: Token
    division: Division
    year: Annotated[int, Field(ge=1990, le=2199), WHOLE]
    stops: tuple[Stop, ...]
    source: Line


class SetPatrolPlan(Command):
    """State the plan of a post for a year, or state it anew. By a chief office of its division or above."""

    name: ClassVar[str] = "patrol.set_patrol_plan.v1"
    answer: ClassVar[type[BaseModel]] = PatrolPlan

    post_id: Token
    year: Annotated[int, Field(ge=1990, le=2199), WHOLE]
    stops: Annotated[tuple[Stop, ...], Field(min_length=1, max_length=200)]
    source: Line


class PatrolPlanSet(Fact):
    """A chief's plan of a year's patrols stands. Source: DOMAIN §2, A3."""

    name: ClassVar[str] = "patrol.patrol_plan.v1"
    aggregate: ClassVar[str] = "plan.post_id"
    place: ClassVar[str] = "plan.division"

    plan: PatrolPlan
    by: Line
    at: Instant


class StopShown(Value):
    """A stop, and the patrols that came of it."""

    stop: Stop
    patrols: tuple[RecordedPatrol, ...]
    overdue: bool


class PatrolPlanShown(Value):
    """A plan, and what came of each stop."""

    plan: PatrolPlan
    stops: tuple[StopShown, ...]


class ShowPatrolPlan(Command):
    """The plan of a post for a year, and what came of it."""

    name: ClassVar[str] = "patrol.show_patrol_plan.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = PatrolPlanShown

    post_id: Token
    year: Annotated[int, Field(ge=1990, le=2199), WHOLE]
