"""The figures of `rules.json`: within how many days something is done, how often, and what a kind calls for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.cases import CaseKind, Flag
from contracts.language.values import Line, day_of, known
from contracts.language.written import Day
from contracts.law.versions import Rules
from contracts.patrol import Severity
from services.runtime.reference.law import LawFile

Number = Annotated[int, Field(ge=0, le=10_000)]


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Deadlines(_Stated):
    """Within how many working days each of these is done."""

    verify: Number
    assign: Number
    accept: Number
    close: Number
    answer_objection: Number
    reassign_relapsed: Number
    acknowledge_referral: Number
    look_back: Number

    def __getitem__(self, word: str) -> int:
        days: int = getattr(self, word)
        return days


class BySeverity(_Stated):
    """Working days; of another severity as many as of a serious one."""

    minor: Number
    serious: Number
    grave: Number

    def __getitem__(self, severity: Severity) -> int:
        days: int = getattr(self, severity, self.serious)
        return days


class OfKind(_Stated):
    """What is otherwise for a kind than for any."""

    rectify_working_days: BySeverity | None = None
    needs_plan: bool = True
    full_checklist: bool = False


class Phase(_Stated):
    """Days in which all closed cases are looked at again."""

    from_on: Day
    to_on: Day
    source: Line


class Calls(_Stated):
    """What is referred, or closed only with a reason why it is not."""

    source: Line
    severities: frozenset[Annotated[Severity, known(Severity)]]
    flags: frozenset[Annotated[Flag, known(Flag)]]


class CaseRules(Rules):
    """One version."""

    working_days: Deadlines
    rectify_working_days: BySeverity
    return_within_hours: Number
    extensions: Number
    look_back_after_days: Number
    look_backs_of_all: tuple[Phase, ...]
    repeats_within_years: Number
    referral: Calls
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
LAW = LawFile("cases.rules", Path(__file__).with_name("rules.json"), CaseRules).shipped
"""A term runs by the law of the day on which it began, a move is judged by the law of its day."""


def seen_under(seen_at: datetime) -> CaseRules:
    """The law of the day on which a case was seen: it says what a case calls for, however long it takes."""
    return LAW.on(day_of(seen_at))
