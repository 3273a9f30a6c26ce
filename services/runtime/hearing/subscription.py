"""What a service does with a message that it hears, and how its handler wants to be given it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from pydantic import BaseModel

from contracts.language.message import Fact, Intake
from contracts.wiring.streams import Durable
from services.runtime.hearing.part import part_of
from services.runtime.messages import Heard, News
from services.runtime.transaction import Transaction

Handler = Callable[[Transaction, list[Heard[Any]]], Awaitable[Sequence[News]]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a handler hears: what it locks, what it uses of a message, how many it is given at once, which words."""

    locks: str | None = None
    uses: tuple[str, ...] = ()
    most: int | None = None
    any_word: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a service does when it hears a message; a handler of single events is wrapped to take a batch."""

    message: type[Fact | Intake]
    durable: Durable
    handler: Handler
    locks: Callable[[Any], Any] | None
    part: type[BaseModel] | None = None
    """What the handler uses of the message, where that is less than the whole."""
    most: int | None = None
    """How many it is given at once, where that is less than the settings say."""
    any_word: bool = False
    """Whether it takes a word of a later version as `other`."""

    @classmethod
    def of(
        cls,
        message: type[Fact | Intake],
        durable: Durable,
        handler: Handler,
        how: Hearing = Hearing(),
    ) -> Subscription:
        part = part_of(message, how.uses) if how.uses else None
        locks = attrgetter(how.locks) if how.locks else None
        return cls(message, durable, handler, locks, part, how.most, how.any_word)
