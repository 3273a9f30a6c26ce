"""Who announces, hears and answers what: one entry for each service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TypeVar

from contracts import cases, notify, patrol, roster, targets
from contracts.every_service import OPERATIONS, dead_lettered, law_taken_up
from contracts.language.message import Command, Fact, Intake, Message, ReferenceFact
from contracts.law.table import laws_of

MessageT = TypeVar("MessageT", bound=Message)


@dataclass(frozen=True, slots=True)
class Wired:
    """A service: the package of what it says and answers, how long its facts are kept, and what it hears.

    `store_percent` is the part of the store that its stream has; of `newest_only`, the last fact of each thing is kept
    for ever.
    """

    contract: ModuleType
    keeps_days: int
    store_percent: int
    hears: tuple[type[Fact | Intake], ...]
    newest_only: bool = False

    def own(self, kind: type[MessageT]) -> Iterator[type[MessageT]]:
        """Messages of a kind that its contract has, in their order there."""
        for one in vars(self.contract).values():
            if isinstance(one, type) and issubclass(one, kind) and "name" in vars(one):
                yield one


WIRED: dict[str, Wired] = {
    "roster": Wired(
        roster,
        0,
        8,
        hears=(
            roster.AreaStated,
            roster.PostStated,
            roster.OfficeStated,
            cases.CaseClosed,
            cases.CaseDismissed,
            cases.CaseVoided,
            cases.CaseMerged,
            cases.CaseReopened,
            cases.CaseRelapsed,
        ),
        newest_only=True,
    ),
    "patrol": Wired(
        patrol,
        90,
        12,
        hears=(
            roster.AreaStated,
            roster.PostStated,
            roster.BoardStated,
            roster.BreederStated,
            roster.CorrespondenceStated,
            roster.DirectiveStated,
            roster.OfficeStated,
            roster.OldTreeStated,
            roster.RangerStated,
            patrol.IncidentReport,
            patrol.PasserbyReport,
            patrol.TrackBatch,
            patrol.PatrolReport,
            patrol.EvidenceUpload,
            cases.CaseVerified,
            cases.CaseClosed,
            cases.CaseDismissed,
            cases.CaseVoided,
            cases.CaseMerged,
            cases.CaseReopened,
            cases.CaseRelapsed,
            cases.CaseSubmitted,
            cases.NoViolationShown,
            targets.ProgressRecorded,
        ),
    ),
    "cases": Wired(
        cases,
        90,
        22,
        hears=(
            roster.DivisionStated,
            roster.PostStated,
            roster.FindingStated,
            roster.DirectiveStated,
            patrol.IncidentLocated,
            patrol.IncidentLinked,
            patrol.IncidentRevised,
            patrol.PlotNotCleared,
        ),
    ),
    "targets": Wired(
        targets,
        90,
        5,
        hears=(
            targets.ProgressReport,
            patrol.ClearanceRecorded,
            patrol.ClearanceVerified,
            cases.CaseOpened,
            cases.CaseImported,
            cases.CaseTransferred,
            cases.CaseRevised,
            cases.CaseOverdue,
            cases.CaseClosed,
            cases.CaseRelapsed,
            cases.CaseReopened,
            cases.CaseDismissed,
            cases.CaseVoided,
            cases.CaseMerged,
        ),
    ),
    "notify": Wired(
        notify,
        30,
        6,
        hears=(
            roster.PostStated,
            roster.FindingStated,
            roster.DirectiveFulfilled,
            patrol.AlarmRaised,
            patrol.DutyDueSoon,
            patrol.DutyMissed,
            patrol.DutyVacant,
            patrol.DutyMet,
            patrol.PatrolJudged,
            patrol.PatrolUnfinished,
            patrol.VerdictAppealed,
            patrol.AppealDecided,
            patrol.PlotOnNaturalForest,
            patrol.ClearanceVerified,
            patrol.PlotNotCleared,
            patrol.FirstStepDue,
            patrol.FirstStepMissed,
            cases.CaseOpened,
            cases.CaseImported,
            cases.CaseReopened,
            cases.CaseAssigned,
            cases.CaseReturned,
            cases.CaseReassigned,
            cases.PlanSubmitted,
            cases.PlanRefused,
            cases.PlanApproved,
            cases.ExtensionAsked,
            cases.ExtensionGranted,
            cases.ExtensionRefused,
            cases.NoViolationShown,
            cases.CaseSubmitted,
            cases.CaseSentBack,
            cases.CaseAccepted,
            cases.ObjectionRaised,
            cases.ObjectionUpheld,
            cases.CaseOverdue,
            cases.LetterIssued,
            cases.CaseHandedUp,
            cases.CaseClosed,
            cases.LookBackDue,
            cases.CaseRelapsed,
            cases.CaseVoided,
            cases.CaseMerged,
            cases.DeadlineKept,
            cases.CaseTransferred,
            cases.CaseRevised,
            cases.CasePassedOn,
            cases.CaseReferred,
            cases.ReferralAcknowledged,
            cases.ReferralConcluded,
        ),
    ),
}
"""Every service; its handlers must be exactly what stands here, or it does not start."""

SERVICES = tuple(WIRED)
FACTS: dict[str, tuple[type[Fact], ...]] = {
    name: (*wired.own(Fact), *([law_taken_up(name)] if laws_of(name) else ()), dead_lettered(name))
    for name, wired in WIRED.items()
}
"""What each service announces, and only it may."""
HEARS: dict[str, tuple[type[Fact | Intake], ...]] = {name: wired.hears for name, wired in WIRED.items()}
KINDS: tuple[type[Intake], ...] = tuple(kind for wired in WIRED.values() for kind in wired.own(Intake))
"""What outsiders may post."""
GATEKEEPERS: tuple[type[Intake], ...] = (patrol.IncidentReport, patrol.TrackBatch)
"""The kinds whose durables take the whole of `intake.>` and `track.>`: what nobody hears is refused by somebody."""
COMMANDS: dict[str, tuple[type[Command], ...]] = {name: tuple(wired.own(Command)) for name, wired in WIRED.items()}
ANSWERS: dict[str, tuple[type[Command], ...]] = {service: (*asked, *OPERATIONS) for service, asked in COMMANDS.items()}
REFUSES: dict[str, tuple[type[Intake], ...]] = {
    service: tuple(m for m in heard if issubclass(m, Intake)) for service, heard in HEARS.items()
}


def is_reference(message: type[Message]) -> bool:
    return issubclass(message, ReferenceFact)
