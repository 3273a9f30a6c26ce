"""The streams of the bus and the durables that read them."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.every_service import DeadLettered, dead_lettered
from contracts.evidence.bucket import CHUNK_BYTES, CHUNKS, META, STREAM
from contracts.language.division import Division
from contracts.language.message import Fact, Intake, Message
from contracts.wiring.table import FACTS, GATEKEEPERS, HEARS, SERVICES, WIRED, Wired

MIB = 1024 * 1024
STORE_MIB = 10_240
"""How much all streams of one server may hold together where nothing else is stated."""
STORE_LEAST_MIB = 128
"""Below it, a small stream's budget would not hold two of the largest messages."""
FULL_FROM_PERCENT = 90
"""A stream that holds so much of its budget wants a person's eye: what it takes next may be refused."""
NO_ROOM_FROM_PERCENT = 99
"""From here on it may refuse at any moment: who tells something there is not ready."""


def percent_of(held_bytes: int, budget_bytes: int) -> int:
    """How full a stream is; one without a budget is never full."""
    return held_bytes * 100 // budget_bytes if budget_bytes > 0 else 0


@dataclass(frozen=True, slots=True)
class Stream:
    """A JetStream stream: what it takes, how long it keeps it and how much. Ages in seconds; 0 keeps for ever.

    `store_percent` is its part of the store, which nobody else can take. At its budget a stream takes nothing more: its
    sender's receipt says so and nothing is lost in silence, unless it `drops_oldest`. Where `handled_may_go`, what
    every durable has acknowledged goes before its age when room is wanted.
    """

    name: str
    subjects: tuple[str, ...]
    max_age_s: float
    duplicate_window_s: float
    store_percent: int
    max_msgs_per_subject: int = -1
    max_msg_bytes: int = 1024 * 1024
    drops_oldest: bool = False
    handled_may_go: bool = False

    def budget_bytes(self, store_mib: int) -> int:
        """What it may hold of a store of this size."""
        return store_mib * MIB * self.store_percent // 100


DAY_S = 86_400.0
FACT_DUPLICATES_S = 600.0
INTAKE_DUPLICATES_S = 0.1
"""The server's minimum: two senders that use one message id must both be heard (STACK row 21)."""


def _of_service(name: str, wired: Wired) -> Stream:
    told = tuple(f"{fact.name}.>" for fact in FACTS[name] if not issubclass(fact, DeadLettered))
    newest = 1 if wired.newest_only else -1
    return Stream(name.upper(), told, wired.keeps_days * DAY_S, FACT_DUPLICATES_S, wired.store_percent, newest)


_DEAD_LETTERED = tuple(f"{dead_lettered(service).name}.>" for service in SERVICES)

STREAMS: tuple[Stream, ...] = (
    *(_of_service(name, wired) for name, wired in WIRED.items()),
    Stream("ADVISORY", _DEAD_LETTERED, 30 * DAY_S, FACT_DUPLICATES_S, 4),
    Stream("INTAKE", ("intake.>",), 30 * DAY_S, INTAKE_DUPLICATES_S, 10, handled_may_go=True),
    Stream("TRACKS", ("track.>",), 7 * DAY_S, INTAKE_DUPLICATES_S, 7, handled_may_go=True),
    Stream("REJECTED", ("rejected.>",), 30 * DAY_S, FACT_DUPLICATES_S, 4, drops_oldest=True),
    Stream("CONTACTS", ("contact.>",), 0, FACT_DUPLICATES_S, 2, max_msgs_per_subject=1),
    Stream(STREAM, (f"{CHUNKS}.>", f"{META}.>"), 0, 120.0, 18, max_msg_bytes=CHUNK_BYTES + 16 * 1024),
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
    return "ADVISORY" if issubclass(message, DeadLettered) else message.parts()[0].upper()


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


def all_of(service: str, division: Division, owner: str) -> Durable:
    """A durable for an `owner` outside of all that a service tells in and under a division, whatever the version.

    One message at a time: the server hands out the next when the one before is settled, so that the facts of each
    aggregate come in their order also after a crash of who hears them.
    """
    below = division.wildcard
    of_things = ".*" if WIRED[service].newest_only and not below.endswith(">") else ""
    hears = f"{service}.*.*.{below}{of_things}"
    return Durable(f"{owner}-{service}", service.upper(), hears, owner, max_ack_pending=1)


DURABLES: dict[str, tuple[Durable, ...]] = {
    service: tuple(durable(service, message) for message in HEARS[service]) for service in SERVICES
}
