"""Who announces, hears and answers what: durables, permissions and the AsyncAPI document come from here."""

from __future__ import annotations

from dataclasses import dataclass

from contracts import cases, commands, dead_letters, intake, notify, patrol, roster, supervision, targets
from contracts.division import UNKNOWN, Division
from contracts.event import Command, Fact, Intake, Message, ReferenceFact
from contracts.streams import Stream

SERVICES = ("roster", "patrol", "cases", "targets", "notify")

FACTS: dict[str, tuple[type[Fact], ...]] = {
    "roster": (roster.AreaStated, roster.PostStated, dead_letters.RosterDeadLettered),
    "patrol": (
        patrol.IncidentLocated,
        patrol.AlarmRaised,
        patrol.IncidentLinked,
        patrol.IncidentRevised,
        patrol.TrackStored,
        dead_letters.PatrolDeadLettered,
    ),
    "cases": (
        cases.CaseOpened,
        cases.CaseImported,
        cases.CaseVerified,
        cases.CaseDismissed,
        cases.CaseReopened,
        cases.CaseAssigned,
        cases.CaseReturned,
        cases.CaseReassigned,
        cases.PlanSubmitted,
        cases.PlanRefused,
        cases.PlanApproved,
        cases.CaseStarted,
        cases.ExtensionAsked,
        cases.ExtensionGranted,
        cases.ExtensionRefused,
        cases.NoViolationShown,
        cases.CaseSubmitted,
        cases.CaseSentBack,
        cases.CaseAccepted,
        cases.CaseOnNotice,
        cases.ObjectionRaised,
        cases.ObjectionUpheld,
        cases.ObjectionOverruled,
        cases.CaseClosed,
        cases.LookBackDue,
        cases.LookBackPassed,
        cases.CaseRelapsed,
        cases.CaseVoided,
        cases.CaseMerged,
        cases.CaseSurvived,
        cases.DeadlineKept,
        cases.CaseTransferred,
        cases.CaseLeft,
        cases.CaseRevised,
        cases.ParticularsRecorded,
        cases.SiteLinked,
        cases.CasePassedOn,
        cases.CaseReferred,
        cases.ReferralAcknowledged,
        cases.ReferralConcluded,
        supervision.LetterIssued,
        supervision.LetterReceipted,
        supervision.LetterReplied,
        supervision.CaseHandedUp,
        supervision.LadderStopped,
        cases.CaseOverdue,
        cases.CaseCorroborated,
        supervision.ReviewRecorded,
        supervision.CauseAdded,
        supervision.SheetPublished,
        dead_letters.CasesDeadLettered,
    ),
    "targets": (
        targets.TargetSet,
        targets.ProgressRecorded,
        targets.RecordEntered,
        targets.RecordUndone,
        targets.AlsoRecorded,
        dead_letters.TargetsDeadLettered,
    ),
    "notify": (notify.Notified, notify.Receipted, dead_letters.NotifyDeadLettered),
}
"""What each service announces, and only it may."""

HEARS: dict[str, tuple[type[Fact | Intake], ...]] = {
    "roster": (),
    "patrol": (
        roster.AreaStated,
        intake.IncidentReport,
        intake.TrackBatch,
        cases.CaseClosed,
        cases.CaseDismissed,
        cases.CaseVoided,
        cases.CaseMerged,
        cases.CaseReopened,
        cases.CaseRelapsed,
    ),
    "cases": (roster.PostStated, patrol.IncidentLocated, patrol.IncidentLinked, patrol.IncidentRevised),
    "targets": (
        intake.ProgressReport,
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
    "notify": (
        roster.PostStated,
        patrol.AlarmRaised,
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
        supervision.LetterIssued,
        supervision.CaseHandedUp,
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
}
"""What each service hears; its handlers must be exactly these, or it does not start."""

GATEKEEPERS: tuple[type[Intake], ...] = (intake.IncidentReport, intake.TrackBatch)
"""The kinds whose durables take the whole of `intake.>` and `track.>`: what nobody hears is refused by somebody."""


DAY_S = 86_400.0
FACT_DUPLICATES_S = 600.0
INTAKE_DUPLICATES_S = 0.1
"""The server's minimum: two senders that use one message id must both be heard (STACK row 21)."""


def _told(service: str) -> tuple[str, ...]:
    return tuple(f"{fact.name}.>" for fact in FACTS[service] if not issubclass(fact, dead_letters.DeadLettered))


def _dead_lettered() -> tuple[str, ...]:
    told = (fact for facts in FACTS.values() for fact in facts if issubclass(fact, dead_letters.DeadLettered))
    return tuple(f"{fact.name}.>" for fact in told)


STREAMS: tuple[Stream, ...] = (
    Stream("ROSTER", _told("roster"), 0, FACT_DUPLICATES_S, 8, max_msgs_per_subject=1),
    Stream("PATROL", _told("patrol"), 90 * DAY_S, FACT_DUPLICATES_S, 18),
    Stream("CASES", _told("cases"), 90 * DAY_S, FACT_DUPLICATES_S, 22),
    Stream("TARGETS", _told("targets"), 90 * DAY_S, FACT_DUPLICATES_S, 8),
    Stream("NOTIFY", _told("notify"), 30 * DAY_S, FACT_DUPLICATES_S, 10),
    Stream("ADVISORY", _dead_lettered(), 30 * DAY_S, FACT_DUPLICATES_S, 4),
    Stream("INTAKE", ("intake.>",), 30 * DAY_S, INTAKE_DUPLICATES_S, 12, handled_may_go=True),
    Stream("TRACKS", ("track.>",), 7 * DAY_S, INTAKE_DUPLICATES_S, 8, handled_may_go=True),
    Stream("REJECTED", ("rejected.>",), 30 * DAY_S, FACT_DUPLICATES_S, 6, drops_oldest=True),
    Stream("CONTACTS", ("contact.>",), 0, FACT_DUPLICATES_S, 2, max_msgs_per_subject=1),
    Stream("CLOCK", ("clock.now",), 0, FACT_DUPLICATES_S, 2, max_msgs_per_subject=1),
)
"""Every stream; one owner for each, and the provisioner makes them (DESIGN §3)."""


@dataclass(frozen=True, slots=True)
class Durable:
    """One durable pull consumer: of one service for one message, or of an `owner` outside the services."""

    name: str
    stream: str
    filter_subject: str
    owner: str = ""
    ack_wait_s: float = 20.0
    max_ack_pending: int = 20_000


def stream_of(message: type[Message]) -> str:
    """The stream that keeps a message."""
    if issubclass(message, Intake):
        return "TRACKS" if message.family == "track" else "INTAKE"
    return "ADVISORY" if issubclass(message, dead_letters.DeadLettered) else message.parts()[0].upper()


def filter_of(message: type[Message]) -> str:
    """The subject filter that matches every message of this kind."""
    _, word, major = message.parts()
    if issubclass(message, Intake):
        return f"{message.family}.>" if message in GATEKEEPERS else f"intake.*.{word}.{major}"
    return f"{message.name}.>"


def durable(service: str, message: type[Fact | Intake]) -> Durable:
    """The durable through which a service hears a message."""
    owner, word, _ = message.parts()
    name = f"{service}-{word}" if owner != "intake" else f"{service}-intake-{word}"
    return Durable(name, stream_of(message), filter_of(message))


DURABLES: dict[str, tuple[Durable, ...]] = {
    service: tuple(durable(service, message) for message in HEARS[service]) for service in SERVICES
}

ANSWERS: dict[str, tuple[type[Command], ...]] = {
    service: (*commands.COMMANDS[service], *commands.OPERATIONS) for service in SERVICES
}

REFUSES: dict[str, tuple[type[Intake], ...]] = {
    service: tuple(m for m in HEARS[service] if issubclass(m, Intake)) for service in SERVICES
}


def is_reference(message: type[Message]) -> bool:
    return issubclass(message, ReferenceFact)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a user of the bus may publish and subscribe to; whole tokens, as the server matches them."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def _reading(prefix: str, durables: tuple[Durable, ...]) -> list[str]:
    allowed: list[str] = []
    for d in durables:
        allowed += [
            f"{prefix}.CONSUMER.INFO.{d.stream}.{d.name}",
            f"{prefix}.CONSUMER.MSG.NEXT.{d.stream}.{d.name}",
            f"$JS.ACK.{d.stream}.{d.name}.>",
            f"$JS.ACK.*.*.{d.stream}.{d.name}.>",
        ]
    return allowed


def service_permissions(service: str) -> Permissions:
    """A service publishes only its own facts and refusals of what it takes in, and reads only what it hears."""
    publish = [f"{fact.name}.>" for fact in FACTS[service]]
    for kind in REFUSES[service]:
        publish.append("rejected.>" if kind in GATEKEEPERS else f"rejected.*.{kind.parts()[1]}.{kind.parts()[2]}")
    streams = {stream_of(fact) for fact in FACTS[service]} | {durable.stream for durable in DURABLES[service]}
    publish += [f"$JS.API.STREAM.INFO.{stream}" for stream in sorted(streams)]
    publish += ["_INBOX.>", "_R_.>", "$JS.API.DIRECT.GET.CLOCK.clock.now", *_reading("$JS.API", DURABLES[service])]
    return Permissions(tuple(publish), (f"_INBOX.{service}.>", f"cmd.{service}.>", "clock.now"))


def integrator_permissions(source: str) -> Permissions:
    """An integrator posts what there is under its own token, and reads only its own refusals."""
    posted = (intake.intake_subject(kind, source) for kind in intake.KINDS)
    return Permissions((*posted, *_reading("FOREST.API", (refusals_durable(source),))), (f"_INBOX.{source}.>",))


def refusals_durable(source: str) -> Durable:
    """The durable, made for an integrator, that holds its own refusals."""
    return Durable(source, "REJECTED", f"rejected.{source}.>", owner=source)


def department_permissions(name: str, durables: tuple[Durable, ...]) -> Permissions:
    """A department reads only through the durables made for it with its region as filter."""
    return Permissions(tuple(_reading("FOREST.API", durables)), (f"_INBOX.{name}.>",))


ASKED: tuple[str, ...] = tuple(command.name for service in SERVICES for command in commands.COMMANDS[service])
"""The commands that officials ask, by name."""
OPERATED: tuple[str, ...] = tuple(
    command.name.replace("*", service, 1) for service in SERVICES for command in commands.OPERATIONS
)
"""Those that only the operator asks."""


def official_permissions(actor: str, division: Division) -> Permissions:
    """An official asks what there is under its own actor token and within its region."""
    return Permissions(tuple(f"cmd.{name}.{actor}.{division.below}" for name in ASKED), (f"_INBOX.{actor}.>",))


def operator_permissions() -> Permissions:
    """The operator asks everything, anywhere."""
    everything = official_permissions(commands.OPERATOR, UNKNOWN)
    operated = tuple(f"cmd.{name}.{commands.OPERATOR}.{UNKNOWN.below}" for name in OPERATED)
    return Permissions((*everything.publish, *operated), everything.subscribe)
