"""Within how many days something is done with a case, how often, and what a kind calls for (DOMAIN §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.cases import CaseKind, Flag
from contracts.language.values import Line, known
from contracts.language.written import Day
from contracts.law.versions import Rules
from contracts.patrol import Severity

Number = Annotated[int, Field(ge=0, le=10_000)]
WorkingDays = Annotated[int, Field(ge=0, le=1_000)]
"""No more than that the years by whose calendar they are counted can be named in a line."""


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CaseDays(_Stated):
    """Within how many working days each of these is done."""

    verify: WorkingDays
    assign: WorkingDays
    accept: WorkingDays
    close: WorkingDays
    answer_objection: WorkingDays
    reassign_relapsed: WorkingDays
    acknowledge_referral: WorkingDays
    look_back: WorkingDays

    def __getitem__(self, word: str) -> int:
        days: int = getattr(self, word)
        return days


class BySeverity(_Stated):
    """Working days; of another severity as many as of a serious one."""

    minor: WorkingDays
    serious: WorkingDays
    grave: WorkingDays

    def __getitem__(self, severity: Severity) -> int:
        days: int = getattr(self, severity, self.serious)
        return days


class OfKind(_Stated):
    """What is otherwise for a kind than for any."""

    rectify_working_days: BySeverity | None = None
    needs_plan: bool = True
    full_checklist: bool = False


class LookBackPhase(_Stated):
    """Days in which all closed cases are looked at again."""

    from_on: Day
    to_on: Day
    source: Line


class ReferralCalls(_Stated):
    """What is referred, or closed only with a reason why it is not."""

    source: Line
    severities: tuple[Annotated[Severity, known(Severity)], ...]
    flags: tuple[Annotated[Flag, known(Flag)], ...]


class CaseRules(Rules):
    """One version."""

    working_days: CaseDays
    rectify_working_days: BySeverity
    return_within_hours: Number
    extensions: Number
    look_back_after_days: Number
    look_backs_of_all: tuple[LookBackPhase, ...]
    repeats_within_years: Annotated[int, Field(ge=0, le=100)]
    referral: ReferralCalls
    kinds: Mapping[Annotated[CaseKind, known(CaseKind)], OfKind]

    def days_to_rectify(self, kind: CaseKind, severity: Severity) -> int:
        """Within how many working days a unit puts such a case right, where nobody says a day."""
        return (self._of(kind).rectify_working_days or self.rectify_working_days)[severity]

    def needs_plan(self, kind: CaseKind) -> bool:
        """Whether such a case needs a plan in campaigns that have one approved."""
        return self._of(kind).needs_plan

    def is_full(self, kind: CaseKind) -> bool:
        """Whether such a case is proved by the full checklist in every campaign (E12)."""
        return self._of(kind).full_checklist

    def _of(self, kind: CaseKind) -> OfKind:
        return self.kinds.get(kind, _ANY)


_ANY = OfKind()
