"""The words of the book: campaigns and causes."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import Line, Token, Value
from contracts.language.written import Instant


class CauseNamed(Value):
    """A cause with its name in both languages."""

    cause: Token
    words: Line
    words_en: Line


class AddCause(Command):
    """A cause that the list does not have yet, by the office."""

    name: ClassVar[str] = "cases.add_cause.v1"
    answer: ClassVar[type[BaseModel]] = CauseNamed

    cause: Token
    words: Line
    words_en: Line


class CauseAdded(Fact):
    """The list of causes has grown."""

    name: ClassVar[str] = "cases.cause_added.v1"
    aggregate: ClassVar[str] = "cause"
    place: ClassVar[str] = "division"

    cause: Token
    words: Line
    words_en: Line
    division: Division
    by: Token
    at: Instant


class CampaignNamed(Value):
    """A campaign with its name in both languages."""

    campaign: Token
    words: Line
    words_en: Line


class Vocabulary(Value):
    """The causes and campaigns that there are; the campaign `daily` stands for that of every year, `daily-<year>`."""

    causes: tuple[CauseNamed, ...]
    campaigns: tuple[CampaignNamed, ...]


class ShowWords(Command):
    """The causes and campaigns that there are, with their names in both languages."""

    name: ClassVar[str] = "cases.words.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = Vocabulary
