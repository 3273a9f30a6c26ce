"""The declaration of a service: what it hears, answers and does when time passes."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_origin, get_type_hints

from contracts.every_service import OPERATIONS
from contracts.language.message import Command, Fact, Intake
from contracts.wiring.streams import durable
from contracts.wiring.table import ANSWERS, HEARS
from services.runtime.answering import CommandHandler
from services.runtime.handling import Handler, Subscription
from services.runtime.messages import Heard, News
from services.runtime.operations import Due
from services.runtime.transaction import Sql, Transaction
from services.runtime.view import View

H = TypeVar("H", bound=Callable[..., Awaitable[Any]])
T = TypeVar("T")

ClockWork = Callable[[Transaction], Awaitable[Sequence[Fact]]]


@dataclass(frozen=True, slots=True)
class Every:
    """Work that time brings about: called each `seconds`, and again at once until it returns nothing."""

    seconds: float
    work: ClockWork


class WiringDiffers(Exception):
    """The handlers of a service are not what contracts/wiring/table.py says."""


class Service:
    """A service's table of contents; `main` runs it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.subscriptions: list[Subscription] = []
        self.commands: dict[type[Command], CommandHandler] = {}
        self.clock_work: list[Every] = []
        self.due_work: Due | None = None
        self.views: list[View[Any]] = []

    def hears(self, message: type[Fact | Intake], *, locks: str | None = None) -> Callable[[H], H]:
        """Handle a message. A handler whose parameter is a list is given the whole batch.

        `locks` is the dotted path in the message of what the handler locks: the batch is sorted by it, so that two
        replicas lock in one order (STACK row 22).
        """

        def declare(handler: H) -> H:
            as_batch: Handler = handler if _takes_list(handler) else _one_by_one(handler)
            self.subscriptions.append(Subscription.of(message, durable(self.name, message), as_batch, locks))
            return handler

        return declare

    def answers(self, command: type[Command]) -> Callable[[H], H]:
        """Answer a command: `async def (tx, ask) -> Answer`; refuse by raising Problem."""

        def declare(handler: H) -> H:
            self.commands[command] = handler
            return handler

        return declare

    def every(self, seconds: float) -> Callable[[H], H]:
        """Do work that falls due: `async def (tx) -> list[Fact]`, on rows taken with SKIP LOCKED."""

        def declare(handler: H) -> H:
            self.clock_work.append(Every(seconds, handler))
            return handler

        return declare

    def view(self, load: Callable[[Sql], Awaitable[T]]) -> View[T]:
        """Reference data to be held in memory; built once before the first batch, so that no message waits for it."""
        found = View(load)
        self.views.append(found)
        return found

    def due(self, handler: H) -> H:
        """Say how much clock work waits: `async def (tx) -> dict[str, int]`."""
        self.due_work = handler
        return handler

    def check(self) -> None:
        """Raises WiringDiffers unless the handlers are exactly what contracts/wiring/table.py says."""
        differences = [
            *_difference("hears", [s.message for s in self.subscriptions], HEARS[self.name]),
            *_difference("answers", [*self.commands, *OPERATIONS], ANSWERS[self.name]),
        ]
        if differences:
            raise WiringDiffers(f"{self.name}: " + "; ".join(differences))

    def main(self) -> None:
        """Run the service until it is told to stop."""
        from services.runtime.serve import run

        run(self)


def _difference(word: str, ours: Sequence[type], wired: Sequence[type]) -> list[str]:
    extra = [f"{word} {m.__name__}, which contracts/wiring/table.py does not say" for m in ours if m not in wired]
    missing = [
        f"has no handler for {m.__name__}, which it {word} by contracts/wiring/table.py" for m in wired if m not in ours
    ]
    return extra + missing


def _takes_list(handler: Callable[..., Any]) -> bool:
    heard = list(inspect.signature(handler).parameters)[1]
    return get_origin(get_type_hints(handler)[heard]) is list


def _one_by_one(handler: Callable[[Transaction, Heard[Any]], Awaitable[Sequence[Fact]]]) -> Handler:
    async def each(tx: Transaction, heard: list[Heard[Any]]) -> Sequence[News]:
        return [(one, fact) for one in heard for fact in await handler(tx, one)]

    return each
