"""What a register says of its own entries: which are lawful, and what is to be found in them on a day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from contracts.language.rules import Rule
from contracts.roster import FindingRule, Register, RegisterEntry
from services.runtime.reference.law import LawFile

EntryT = TypeVar("EntryT", bound=RegisterEntry)
KeyT = TypeVar("KeyT", bound=Hashable)
FieldAndRule = tuple[str, Rule]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that is to be found from a day on, as things stand: which rule is not kept, of what, by which day.

    `within_days` counts from the day on which it is found, where no day stands beforehand. From `changes_on` on it may
    be something else, or nothing, without anybody's doing.
    """

    rule: FindingRule
    from_on: date
    said: str
    of: str = ""
    due_on: date | None = None
    within_days: int | None = None
    changes_on: date | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """On which day one looks, by which law, and since when the entry is known: nobody is reminded of what was before.

    `law` is that of the register; None where it has none.
    """

    today: date
    law: Any
    known_on: date


def lawful(entry: Any, before: Any, around: Any, seen: Seen) -> Iterable[FieldAndRule]:
    """For a register that asks no more of an entry than its contract does."""
    return ()


def nothing_wanted(entry: Any, around: Any, seen: Seen) -> Iterable[Wanted]:
    """For a register in which nothing falls due."""
    return ()


def as_stated(entry: Any, before: Any) -> Any:
    """For a register of which a statement is the whole truth."""
    return entry


def first_ids(stated: Sequence[EntryT], standing: Sequence[EntryT], key: Callable[[EntryT], KeyT]) -> dict[KeyT, str]:
    """Which id has what only one entry may have: of those that stand and are not stated anew, else the first stated."""
    anew = {one.id for one in stated}
    ordered = (*(one for one in standing if one.id not in anew), *stated)
    return {key(one): one.id for one in reversed(ordered)}


async def alone(tx: Any, entries: Sequence[Any]) -> None:
    """For a register whose rules look at nothing else."""


@dataclass(frozen=True, slots=True)
class Rules(Generic[EntryT]):
    """Of one register: what people call an entry, what is read around entries for its rules, and these.

    `merged` is what a statement makes of an entry that stands.
    """

    register: Register
    called: Callable[[EntryT], str]
    problems: Callable[[EntryT, EntryT | None, Any, Seen], Iterable[FieldAndRule]] = lawful
    wanted: Callable[[EntryT, Any, Seen], Iterable[Wanted]] = nothing_wanted
    merged: Callable[[EntryT, EntryT | None], EntryT] = as_stated
    around: Callable[[Any, Sequence[EntryT]], Awaitable[Any]] = alone
    law: LawFile[Any] | None = None
