"""What is told of, where it lies, and whether it is too old to tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from enum import StrEnum

from contracts.language.division import Division
from contracts.language.values import SHANGHAI
from contracts.patrol import AlarmRaised, DutyFact, FirstStepFact, PatrolFact, PlotFact
from contracts.roster import DirectiveFulfilled, FindingStated
from services.notify.audience.audience import Recipient, Told
from services.notify.audience.rule import TELLING


class TellingFate(StrEnum):
    """What became of something that could be told."""

    TOLD = "told"
    NOBODY = "nobody"
    OLD = "old"


def happened_at(told: Told) -> datetime:
    """When; a directive is fulfilled on a day."""
    match told:
        case AlarmRaised():
            return told.incident.reported_at
        case FindingStated():
            return told.finding.at
        case DirectiveFulfilled():
            day = told.directive.fulfilled_on or told.directive.issued_on
            return datetime.combine(day, time(), SHANGHAI)
    return told.at


def thing_of(told: Told) -> tuple[str, Division]:
    """The thing that is told of, and where it lies."""
    if isinstance(told, AlarmRaised | FirstStepFact):
        return str(told.incident.id), told.incident.division
    if isinstance(told, PlotFact):
        return told.plot.id, told.plot.division
    if isinstance(told, FindingStated):
        return told.finding.id, told.finding.division
    if isinstance(told, DirectiveFulfilled):
        return told.directive.id, told.directive.division
    if isinstance(told, DutyFact):
        return str(told.duty.id), told.duty.division
    if isinstance(told, PatrolFact):
        return str(told.patrol.id), told.patrol.division
    return told.case.ref.id, told.case.ref.division


def fate_of(told: Told, to: Sequence[Recipient], now: datetime) -> TellingFate:
    """Old facts replayed notify nobody (DOMAIN §8)."""
    if now - happened_at(told) > TELLING.today.old_after:
        return TellingFate.OLD
    return TellingFate.TOLD if to else TellingFate.NOBODY
