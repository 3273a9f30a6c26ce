"""How quickly what was seen was reported, located, verified and handled, by day, place and source (B3)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import COMES_LATER, Line, OpenEnum, Token, Value
from contracts.language.written import WHOLE, Day, Instant

Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


class Step(OpenEnum):
    """From seen to reported, from reported to located; from located to verified, and to handled."""

    REPORTED = "reported"
    LOCATED = "located"
    VERIFIED = "verified"
    HANDLED = "handled"
    OTHER = "other"


class StepTook(Value):
    """How long a step took: of how many it is done, in half of these within `median_s`, in nine of ten in `p90_s`.

    `within` counts those done within the limit of their kind, `late` those that were not, or are not done and past it.
    """

    step: Step
    done: Count
    within: Count
    late: Count
    median_s: Count | None
    p90_s: Count | None


class Timeliness(Value):
    """The reports that were located on a day in China in a division from a source, and how quickly each step came.

    `revision` counts what was told of the day: what is handled later tells it anew.
    """

    day: Day
    division: Division
    source: Line
    revision: Annotated[int, Field(ge=1)]
    reports: Count
    steps: tuple[StepTook, ...]


class TimelinessMeasured(Fact):
    """How quickly what was seen went on, told once its day is over, and again where that has changed. Source: B3."""

    name: ClassVar[str] = "patrol.timeliness.v1"
    aggregate: ClassVar[str] = "timeliness.source"
    place: ClassVar[str] = "timeliness.division"

    timeliness: Timeliness
    at: Instant


class TimelinessShown(Value):
    """Days as they were told last, the latest first; where there are `more`, the next ones come after the last."""

    days: tuple[Timeliness, ...]
    more: Annotated[bool, COMES_LATER] = False


class TimelinessRef(Value):
    """The line of a day, a division and a source."""

    day: Day
    division: Division
    source: Line


class ShowTimeliness(Command):
    """How quickly what was seen went on in and under the subject's division, from a day to a day."""

    name: ClassVar[str] = "patrol.show_timeliness.v1"
    answer: ClassVar[type[BaseModel]] = TimelinessShown
    reads_only: ClassVar[bool] = True

    first: Day | None = None
    last: Day | None = None
    source: Token | None = None
    after: TimelinessRef | None = None
    limit: Annotated[int, Field(ge=1, le=1000), WHOLE] = 200
