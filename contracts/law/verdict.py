"""What a patrol must come to in order to count, and how long its end and its points are waited for (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.language.division import UNKNOWN, Division
from contracts.language.values import Line, Token, known
from contracts.law.places import nearest, require_everywhere
from contracts.law.versions import Rules
from contracts.patrol.duty import Activity

LONGEST_HOURS = 48
LONGEST = timedelta(hours=LONGEST_HOURS)
"""No rule lets a patrol last longer."""
NOT_WALKED = (Activity.REPORT, Activity.OTHER)
"""What no verdict is given of: nobody walks it."""
Share = Annotated[float, Field(ge=0, le=1)]


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class VerdictRule(_Stated):
    """What a patrol of an activity must come to, in a division and all below it.

    `minutes` and `metres` are those of the way, without stops; `inside` is the part of the way that lies in the own
    area, `reached` the part of the patrol points that were reached.
    """

    name: Line
    name_en: Line
    source: Line
    activity: Annotated[Activity, known(Activity)]
    division: Division = UNKNOWN
    minutes: Annotated[float, Field(ge=0, le=1_440)] = 0
    metres: Annotated[float, Field(ge=0, le=200_000)] = 0
    inside: Share = 0
    reached: Share = 0
    photos: Annotated[int, Field(ge=0, le=20)] = 0


class VerdictRules(Rules):
    """The rules of verdicts, and for how long silence, an end, points and an appeal are waited for."""

    silent_after_minutes: Annotated[float, Field(gt=0, le=1_440)]
    silent_after_intervals: Annotated[float, Field(ge=1, le=100)]
    closes_after_hours: Annotated[float, Field(gt=0, le=LONGEST_HOURS)]
    waits_for_points_hours: Annotated[float, Field(ge=0, le=720)]
    abandoned_after_days: Annotated[int, Field(ge=0, le=60)]
    appeal_within_days: Annotated[int, Field(ge=0, le=366)]
    rules: Mapping[Token, VerdictRule]

    @model_validator(mode="after")
    def _of_every_activity(self) -> Self:
        for activity in Activity:
            if activity not in NOT_WALKED:
                require_everywhere(one for one in self.rules.values() if one.activity is activity)
        return self

    def of(self, activity: Activity, division: Division) -> tuple[str, VerdictRule] | None:
        """The rule of the smallest division that has one, with its name; None for an activity without any."""
        its = {one: name for name, one in self.rules.items() if one.activity is activity}
        found = nearest(its, division)
        return None if found is None else (its[found], found)

    @property
    def closes_after(self) -> timedelta:
        return timedelta(hours=self.closes_after_hours)

    @property
    def waits_for_points(self) -> timedelta:
        return timedelta(hours=self.waits_for_points_hours)
