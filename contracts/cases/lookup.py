"""One case and its history, and lists of cases."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases.case import Case, CaseCommand
from contracts.cases.ladder import Letter
from contracts.cases.review import Review
from contracts.cases.states import CaseKind, CaseState
from contracts.language.message import Command
from contracts.language.values import Line, Text, Token, Value
from contracts.language.written import WHOLE, Id, Instant


class ShowCase(CaseCommand):
    """One case as it stands."""

    name: ClassVar[str] = "cases.show.v1"
    reads_only: ClassVar[bool] = True


class MoveMade(Value):
    """One line of a case's history; `on` is the business date, `at` when it was recorded."""

    move: Token
    before: Token | None
    after: Token
    by: Token
    reason: Text | None
    on: date
    at: Instant


class History(Value):
    """Every move of a case, the first first, the letters that pressed it, and the reviews that looked at it."""

    case: Case
    moves: tuple[MoveMade, ...]
    letters: tuple[Letter, ...] = ()
    reviews: tuple[Review, ...] = ()


class ShowHistory(CaseCommand):
    """The moves of one case."""

    name: ClassVar[str] = "cases.history.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = History


class CaseList(Value):
    """Some of the cases that were asked for, and how many there are in all."""

    cases: tuple[Case, ...]
    total: int


class ListCases(Command):
    """The cases in or under the subject's division, newest first.

    `mine` asks for those that the asker's units must put right instead, wherever they lie. `look_back_due` are closed
    ones whose day to be looked at again has come.
    """

    name: ClassVar[str] = "cases.list.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = CaseList

    state: CaseState | None = None
    kind: CaseKind | None = None
    campaign: Token | None = None
    overdue: bool | None = None
    look_back_due: bool | None = None
    mine: bool = False
    incident_id: Id | None = None
    number: Line | None = None
    limit: Annotated[int, Field(ge=1, le=200), WHOLE] = 50
    offset: Annotated[int, Field(ge=0, le=1_000_000), WHOLE] = 0
