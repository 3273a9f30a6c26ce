"""How many of the rangers use the system, by area (B3)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import Command
from contracts.language.values import Value
from contracts.language.written import Day
from contracts.patrol.timeliness import Count


class Use(Value):
    """The posts of rangers in a division, and how many of them the system was used by in a period.

    `rangers` counts those that somebody held on a day of it, `vacant` those that nobody did and that stand all the
    same. One counts as `used` where its terminal took points that were kept (`by_points`) or a patrol of it was begun
    (`by_patrols`): other reports name no post. `share` is of `rangers`, None where there are none.
    """

    division: Division
    rangers: Count
    used: Count
    by_points: Count
    by_patrols: Count
    vacant: Count
    share: Annotated[float, Field(ge=0, le=1)] | None


class UseShown(Value):
    """The subject's division, and each of the level below it that has rangers.

    Points of days before `points_from` are kept no longer: of them only patrols tell.
    """

    first: Day
    last: Day
    points_from: Day
    whole: Use
    parts: tuple[Use, ...]


class ShowUse(Command):
    """How many of the rangers of the subject's division used the system from a day to a day, both included."""

    name: ClassVar[str] = "patrol.show_use.v1"
    answer: ClassVar[type[BaseModel]] = UseShown
    reads_only: ClassVar[bool] = True

    first: Day
    last: Day
