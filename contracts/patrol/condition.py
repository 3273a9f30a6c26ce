"""Fire-danger levels and bans, which call for more than the calendar does."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import Line, OpenEnum, Token, Value, known
from contracts.language.written import WHOLE, Day, Instant


class ConditionKind(OpenEnum):
    """What may call for more than the calendar does: a fire-danger level, or a ban of fire (禁火令)."""

    DANGER = "danger"
    BAN = "ban"
    OTHER = "other"


class Condition(Value):
    """A fire-danger level or a ban that holds in a division and all below it, from a day to a day."""

    id: Token
    kind: ConditionKind
    division: Division
    first: Day
    last: Day
    level: int
    source: Line


class StateCondition(Command):
    """State a fire-danger level or a ban, or under its id anew. By a chief office of the division or above."""

    name: ClassVar[str] = "patrol.state_condition.v1"
    answer: ClassVar[type[BaseModel]] = Condition

    id: Token
    kind: Annotated[ConditionKind, known(ConditionKind)]
    division: Division
    first: Day
    last: Day
    level: Annotated[int, Field(ge=0, le=5), WHOLE] = 0
    source: Line


class ConditionStated(Fact):
    """A fire-danger level or a ban holds."""

    name: ClassVar[str] = "patrol.condition_stated.v1"
    aggregate: ClassVar[str] = "condition.id"
    place: ClassVar[str] = "condition.division"

    condition: Condition
    by: Line
    at: Instant
