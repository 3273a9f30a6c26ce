"""The declaration of a service: what it hears, answers and does when time passes."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_origin, get_type_hints

from contracts.every_service import OPERATIONS
from contracts.language.message import Command, Fact, Intake
from contracts.law.table import laws_of
from contracts.law.versions import Rules
from contracts.wiring.streams import durable
from contracts.wiring.table import ANSWERS, HEARS
from services.runtime.answering.commands import CommandHandler
from services.runtime.hearing.subscription import Handler, Hearing, Subscription
from services.runtime.messages import Heard, News
from services.runtime.reference.law import LawFile
from services.runtime.reference.outcome import Weigh
from services.runtime.reference.view import View
from services.runtime.transaction import Transaction

H = TypeVar("H", bound=Callable[..., Awaitable[Any]])

ClockWork = Callable[[Transaction], Awaitable[Sequence[Fact]]]
Due = Callable[[Transaction], Awaitable[dict[str, int]]]
"""How much clock work waits, by what it waits for."""
Measure = Callable[[Transaction], Awaitable[None]]
"""Sets gauges of a service's own."""


@dataclass(frozen=True, slots=True)
class Every:
    """Work that time brings about: called each `seconds`, and again at once until it returns nothing."""

    seconds: float
    work: ClockWork


class WiringDiffers(Exception):
    """The handlers of a service are not what contracts/wiring/table.py says."""


class Room:
    """What one noun of a service hears, answers, and does when time passes."""

    def __init__(self) -> None:
        self.hears_of: list[tuple[type[Fact | Intake], Handler, Hearing]] = []
        self.commands: dict[type[Command], CommandHandler] = {}
        self.clock_work: list[Every] = []

    def hears(
        self,
        *messages: type[Fact | Intake],
        locks: str | None = None,
        uses: tuple[str, ...] = (),
        most: int | None = None,
        any_word: bool = False,
    ) -> Callable[[H], H]:
        """Handle messages. A handler whose parameter is a list is given the whole batch.

        `locks` is the dotted path in the message of what the handler locks: the batch is sorted by it, so that two
        replicas lock in one order (STACK row 22). `uses` are the paths of all that the handler looks at, where reading
        the whole of a great message costs more than handling it; that of `locks` is one of them. `most` is how many it
        is given at once, where it makes much more of each than it hears. A word that only a later version knows makes
        a dead letter, which that version replays; with `any_word` it is taken as `other`, where late is worse.
        """

        def declare(handler: H) -> H:
            as_batch: Handler = handler if _takes_list(handler) else _one_by_one(handler)
            self.hears_of += [(message, as_batch, Hearing(locks, uses, most, any_word)) for message in messages]
            return handler

        return declare

    def answers(self, *commands: type[Command]) -> Callable[[H], H]:
        """Answer commands: `async def (tx, ask) -> Answer`; refuse by raising Problem."""

        def declare(handler: H) -> H:
            self.commands |= dict.fromkeys(commands, handler)
            return handler

        return declare

    def every(self, seconds: float) -> Callable[[H], H]:
        """Do work that falls due: `async def (tx) -> list[Fact]`, on rows taken with SKIP LOCKED."""

        def declare(handler: H) -> H:
            self.clock_work.append(Every(seconds, handler))
            return handler

        return declare


class Service:
    """A service: the list of its rooms.

    `views` are built before the first batch, so that no message waits for them. `due` says how much clock work waits,
    by what it waits for: `async def (tx) -> dict[str, int]`; `measure` sets gauges of the service's own, as often:
    `async def (tx) -> None`. `following` comes to every transaction: what follows a change inside it, without the
    knowledge of who makes the change. `laws` are the files by which it judges, `weighing` says by the name
    of a law what would come of another text of it.
    """

    def __init__(
        self,
        name: str,
        *rooms: Room,
        views: Sequence[View[Any]] = (),
        due: Due | None = None,
        measure: Measure | None = None,
        following: object = None,
        laws: Sequence[LawFile[Any]] = (),
        weighing: Mapping[str, Weigh] | None = None,
    ) -> None:
        self.name = name
        self.following = following
        self.laws = laws
        self.weighing = weighing or {}
        self.views = (*views, *(law.view for law in laws))
        self.due_work = due
        self.measure = measure
        self.subscriptions = [
            Subscription.of(message, durable(name, message), handler, how)
            for room in rooms
            for message, handler, how in room.hears_of
        ]
        self.answered = [command for room in rooms for command in room.commands]
        self.commands = {command: handler for room in rooms for command, handler in room.commands.items()}
        self.clock_work = [work for room in rooms for work in room.clock_work]

    def check(self) -> None:
        """Raises WiringDiffers unless handlers and laws are exactly what contracts/wiring and contracts/law say."""
        differences = [
            *_difference("hears", [s.message for s in self.subscriptions], HEARS[self.name]),
            *_difference("answers", [*self.answered, *OPERATIONS], ANSWERS[self.name]),
            *_unlike_laws(self.laws, laws_of(self.name)),
        ]
        if differences:
            raise WiringDiffers(f"{self.name}: " + "; ".join(differences))


def _unlike_laws(ours: Sequence[LawFile[Any]], wired: Mapping[str, type[Rules]]) -> list[str]:
    judged_by = {law.name: law.rules for law in ours}
    names = sorted(name for name in {*judged_by, *wired} if judged_by.get(name) is not wired.get(name))
    return [f"the law {name} is not as contracts/law/table.py says" for name in names]


def _difference(word: str, ours: Sequence[type], wired: Sequence[type]) -> list[str]:
    extra = [f"{word} {m.__name__}, which contracts/wiring/table.py does not say" for m in ours if m not in wired]
    missing = [
        f"has no handler for {m.__name__}, which it {word} by contracts/wiring/table.py" for m in wired if m not in ours
    ]
    twice = [f"{word} {m.__name__} in {n} rooms" for m, n in Counter(ours).items() if n > 1]
    return extra + missing + twice


def _takes_list(handler: Callable[..., Any]) -> bool:
    heard = list(inspect.signature(handler).parameters)[1]
    return get_origin(get_type_hints(handler)[heard]) is list


def _one_by_one(handler: Callable[[Transaction, Heard[Any]], Awaitable[Sequence[Fact]]]) -> Handler:
    async def each(tx: Transaction, heard: list[Heard[Any]]) -> Sequence[News]:
        return [(one, fact) for one in heard for fact in await handler(tx, one)]

    return each
