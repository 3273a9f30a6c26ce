"""Sheets of the ledger as they are asked for and published, and the ages of what is open."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases.ledger import Difference, Sheet
from contracts.cases.states import CaseKind
from contracts.language.message import Command, Fact
from contracts.language.values import Token, Value, known
from contracts.language.written import Day, Instant


class ScopeAsked(Command):
    """A scope of the ledger: a campaign or all, the subject's division with all below it, a kind or all.

    The days are (`after`, `to`], Asia/Shanghai.
    """

    campaign: Token | None = None
    kind: Annotated[CaseKind, known(CaseKind)] | None = None
    after: Day
    to: Day


class ShowSheet(ScopeAsked):
    """The ledger's equation for a scope and some days, as known at a cut-off, now where none is stated."""

    name: ClassVar[str] = "cases.sheet.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = Sheet

    cutoff: Instant | None = None


class PublishSheet(ScopeAsked):
    """Publish the sheet as known now; what came late for the sheet before it is named. By the office."""

    name: ClassVar[str] = "cases.publish_sheet.v1"
    answer: ClassVar[type[BaseModel]] = Sheet


class SheetPublished(Fact):
    """A ledger sheet has been published; it keeps its cut-off.

    `differences` are what was entered since on the days of the sheet published before it for the same scope: the
    first thousand of `differences_total`.
    """

    name: ClassVar[str] = "cases.sheet_published.v1"
    aggregate: ClassVar[str] = "sheet.division"
    place: ClassVar[str] = "sheet.division"

    sheet: Sheet
    differences: tuple[Difference, ...] = ()
    differences_total: Annotated[int, Field(ge=0)] = 0
    by: Token
    at: Instant


class Ages(Value):
    """Open cases by days since their last move, and overdue ones by the last rung of the ladder issued to them."""

    within_7: int
    within_30: int
    within_90: int
    over_90: int
    overdue_by_rung: dict[str, int]


class ShowAges(Command):
    """How long the cases in stock on a day have not moved."""

    name: ClassVar[str] = "cases.ages.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = Ages

    campaign: Token | None = None
    kind: Annotated[CaseKind, known(CaseKind)] | None = None
    on: Day
