"""Which points of a track are taken (DOMAIN §4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from contracts.law.versions import Rules


class FilterRules(Rules):
    """The limits of the filter chain; a round that is declared to have been walked without network may come later.

    So many stored points on either side of a batch, and so many refused ones, have `votes` on which of its points are
    wrong.
    """

    future_s: Annotated[int, Field(ge=0, le=86_400)]
    older_than_days: Annotated[int, Field(ge=1, le=30)]
    offline_older_than_days: Annotated[int, Field(ge=1, le=30)]
    accuracy_m: Annotated[float, Field(gt=0, le=5_000)]
    speed_m_per_s: Annotated[float, Field(ge=10, le=1_000)]
    votes: Annotated[int, Field(ge=1, le=1_000)]

    @property
    def future(self) -> timedelta:
        return timedelta(seconds=self.future_s)

    @property
    def older_than(self) -> timedelta:
        return timedelta(days=self.older_than_days)

    @property
    def offline_older_than(self) -> timedelta:
        return timedelta(days=self.offline_older_than_days)
