"""What each user of the bus may publish and subscribe to."""

from __future__ import annotations

from dataclasses import dataclass

from contracts import access, every_service
from contracts.evidence.bucket import CHUNKS, META, STREAM
from contracts.language import command, intake
from contracts.language.division import UNKNOWN, Division
from contracts.wiring import table
from contracts.wiring.streams import DURABLES, Durable, stream_of
from contracts.wiring.table import FACTS, GATEKEEPERS, REFUSES, SERVICES

KEEPS_EVIDENCE = "patrol"
"""The service that owns the object store: it alone reads it, says what objects are, and drops them."""


def uploads_of(user: str) -> str:
    """Where a user publishes the chunks of its uploads, and nobody else."""
    return f"{CHUNKS}.{user}.*"


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
    if service == KEEPS_EVIDENCE:
        publish += [f"{META}.*", *(f"$JS.API.STREAM.{what}.{STREAM}" for what in ("INFO", "MSG.GET", "PURGE"))]
    publish += ["_INBOX.>", "_R_.>", "$JS.API.DIRECT.GET.CLOCK.clock.now", *_reading("$JS.API", DURABLES[service])]
    return Permissions(tuple(publish), (f"_INBOX.{service}.>", f"cmd.{service}.>", "clock.now"))


def integrator_permissions(source: str) -> Permissions:
    """An integrator posts and uploads under its own token, and reads only its own refusals."""
    posted = (intake.intake_subject(kind, source) for kind in table.KINDS)
    reading = _reading("FOREST.API", (refusals_durable(source),))
    return Permissions((*posted, uploads_of(source), *reading), (f"_INBOX.{source}.>",))


def refusals_durable(source: str) -> Durable:
    """The durable, made for an integrator, that holds its own refusals."""
    return Durable(source, "REJECTED", f"rejected.{source}.>", owner=source)


def department_permissions(name: str, durables: tuple[Durable, ...]) -> Permissions:
    """A department reads only through the durables made for it with its region as filter."""
    return Permissions(tuple(_reading("FOREST.API", durables)), (f"_INBOX.{name}.>",))


def provisioner_permissions() -> Permissions:
    """The provisioner makes streams and durables, answers the operator, and has a lost bus told again."""
    name = access.PROVISIONER
    asked = (every_service.ShowStatus, every_service.RefillBus)
    subject = every_service.operation_subject
    asks = (subject(one, service, command.OPERATOR, UNKNOWN) for service in SERVICES for one in asked)
    return Permissions(("$JS.API.>", "_INBOX.>", "_R_.>", *asks), (f"_INBOX.{name}.>", f"cmd.{name}.>"))


ASKED: tuple[str, ...] = tuple(command.name for service in SERVICES for command in table.COMMANDS[service])
"""The commands that officials ask, by name."""
OPERATED: tuple[str, ...] = (
    *(command.name.replace("*", service, 1) for service in SERVICES for command in every_service.OPERATIONS),
    *(command.name for command in access.ACCESS),
)
"""Those that only the operator asks."""


def official_permissions(actor: str, division: Division) -> Permissions:
    """An official asks what there is under its own actor token and within its region, and uploads under its token."""
    asked = (f"cmd.{name}.{actor}.{division.below}" for name in ASKED)
    return Permissions((*asked, uploads_of(actor)), (f"_INBOX.{actor}.>",))


def operator_permissions() -> Permissions:
    """The operator asks everything, anywhere."""
    everything = official_permissions(command.OPERATOR, UNKNOWN)
    operated = tuple(f"cmd.{name}.{command.OPERATOR}.{UNKNOWN.below}" for name in OPERATED)
    return Permissions((*everything.publish, *operated), everything.subscribe)
