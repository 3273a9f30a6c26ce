"""The laws of a service: data files that are shipped with it, and the texts that were taken up in their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Generic

import asyncpg

from contracts.language.values import day_of
from contracts.law.lines import Faulty
from contracts.law.reading import read_law
from contracts.law.versions import Law, RulesT
from services.runtime.reference.view import View
from services.runtime.sql import Sql
from services.runtime.transaction import Transaction


class LawUnreadable(ValueError):
    """A text that is in force cannot be read; the message names file, line, field and rule."""


@dataclass(frozen=True, eq=False, slots=True)
class LawFile(Generic[RulesT]):
    """A law of a service: its name as `contracts.law.table` has it, the file shipped, and the shape of its rules.

    Whoever needs it asks for a day: `(await tx.see(DUTY.view)).on(day)`; what knows of no transaction asks for what
    the one at hand has `seen`.
    """

    name: str
    file: Path
    rules: type[RulesT]
    view: View[Law[RulesT]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "view", View(self._load))

    @property
    def shipped(self) -> Law[RulesT]:
        """As it was shipped. Raises LawUnreadable."""
        return _shipped(self)

    @property
    def seen(self) -> Law[RulesT]:
        """As the transaction at hand sees it; as it was shipped where there is none."""
        laws, _ = _SEEN.get()
        return laws.get(self.name) or self.shipped

    @property
    def today(self) -> RulesT:
        """The rules in force on the day of the transaction at hand."""
        _, day = _SEEN.get()
        return self.seen.newest if day is None else self.seen.on(day)

    @property
    def shipped_text(self) -> str:
        return self.file.read_text("utf-8")

    async def _load(self, sql: Sql) -> Law[RulesT]:
        return self._as_taken_up(await texts(sql, self.name))

    async def by_text(self, sql: Sql) -> list[Law[RulesT]]:
        """The law as it stood by each of its texts: as it was shipped, then by the number of the one taken up."""
        taken_up = await texts(sql, self.name)
        return [self._as_taken_up(taken_up[:number]) for number in range(len(taken_up) + 1)]

    def _as_taken_up(self, taken_up: Sequence[asyncpg.Record]) -> Law[RulesT]:
        law = self.shipped
        for text, at in taken_up:
            law = self.read(text, f"{self.name} of {at:%Y-%m-%d}").taken_up_after(law, day_of(at))
        return law

    def read(self, text: str, file: str) -> Law[RulesT]:
        """A text of this law. Raises LawUnreadable."""
        try:
            return read_law(text, self.name, self.rules)
        except Faulty as faulty:
            raise LawUnreadable("; ".join(one.in_file(file) for one in faulty.faults)) from None


_SEEN: ContextVar[tuple[Mapping[str, Law[Any]], date | None]] = ContextVar("seen", default=({}, None))


async def look_at(tx: Transaction) -> None:
    """What is decided from now on goes by the laws as this transaction sees them."""
    _SEEN.set(({one.name: await tx.see(one.view) for one in tx.laws}, day_of(tx.now)))


@contextmanager
def seen_as(laws: Mapping[str, Law[Any]], day: date) -> Iterator[None]:
    """What is decided within goes by these laws, on a day."""
    before = _SEEN.set(({**_SEEN.get()[0], **laws}, day))
    try:
        yield
    finally:
        _SEEN.reset(before)


@cache
def _shipped(law: LawFile[RulesT]) -> Law[RulesT]:
    return law.read(law.shipped_text, str(law.file))


@dataclass(frozen=True, slots=True)
class InForce(Generic[RulesT]):
    """A law with the text that is in force; who took it up and when, unless it is as it was shipped."""

    law: Law[RulesT]
    text: str
    number: int
    taken_up_by: str | None
    taken_up_at: datetime | None

    @property
    def digest(self) -> str:
        return digest_of(self.text)

    def confirming(self, text: str) -> str:
        """By what it is confirmed that a text takes the place of this one."""
        return digest_of(f"{self.number}\n{self.digest}\n{digest_of(text)}")


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def texts(sql: Sql, name: str) -> Sequence[asyncpg.Record]:
    """The texts of a law that were taken up, with the time of each, the oldest first."""
    return await sql.fetch("SELECT text, taken_up_at FROM laws WHERE law = $1 ORDER BY number", name)


async def in_force(tx: Transaction, of: LawFile[RulesT]) -> InForce[RulesT]:
    """A law as it stands in this transaction."""
    row = await tx.sql.fetchrow(
        "SELECT number, text, taken_up_by, taken_up_at FROM laws WHERE law = $1 ORDER BY number DESC LIMIT 1", of.name
    )
    law = await of.view.load(tx.sql)
    if row is None:
        return InForce(law, of.shipped_text, 0, None, None)
    return InForce(law, row["text"], row["number"], row["taken_up_by"], row["taken_up_at"])


async def take_up(tx: Transaction, of: LawFile[RulesT], text: str, number: int, by: str) -> None:
    """Put a text in the place of the one with the number before. Raises UniqueViolationError for the later of two."""
    await tx.sql.execute(
        "INSERT INTO laws (law, number, text, taken_up_by, taken_up_at) VALUES ($1, $2, $3, $4, $5)",
        of.name,
        number,
        text,
        by,
        tx.now,
    )
    await tx.change_views()
