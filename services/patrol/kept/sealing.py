"""When a day is packed, how long it is kept, and what of late and old points makes one day."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.language.rules import describe
from services.patrol.kept.point import Points, rounded

SEAL_AFTER_LEAST = 12
"""What is sent in time is weighed with rows alone: the age limit, and the days in which anybody gets anywhere."""


class Keeping(BaseSettings):
    """`LINZHANG_TRACK_…`: in days, which are days of China."""

    model_config = SettingsConfigDict(env_prefix="LINZHANG_TRACK_", extra="ignore")

    seal_after_days: Annotated[int, Field(ge=SEAL_AFTER_LEAST, le=366)] = SEAL_AFTER_LEAST
    keep_days: Annotated[int, Field(ge=31, le=36_600)] = 1096
    batch_keep_days: Annotated[int, Field(ge=31, le=36_600)] = 120

    @classmethod
    def stated(cls) -> Keeping:
        """From the environment; a wrong one is named on stderr and the process ends with 2."""
        try:
            return cls()
        except ValidationError as error:
            for wrong in map(describe, error.errors()):
                print(f"LINZHANG_TRACK_{wrong['field'].upper()}: {wrong['rule']}", file=sys.stderr)
        raise SystemExit(2)

    def unsealed_from(self, today: date) -> date:
        """The oldest day that stays as rows."""
        return today - timedelta(days=self.seal_after_days)

    def kept_from(self, today: date) -> date:
        """The oldest day that is kept at all."""
        return today - timedelta(days=self.keep_days)

    def batches_kept_from(self, today: date) -> date:
        """The oldest day of which it is known which batches came: one that comes again later has points too old."""
        return today - timedelta(days=self.batch_keep_days)


def whole(packed: Points | None, rows: Points) -> Points:
    """All points of a day in the order of time, one of each time: what is packed stays."""
    rounded(rows)
    points = rows if packed is None else np.concatenate([packed, rows])
    _, first = np.unique(points["at_us"], return_index=True)
    found: Points = points[first]
    return found
