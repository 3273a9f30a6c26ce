"""Cases taken over from an old ledger."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases.case import CaseFact
from contracts.cases.ledger import EntersAs
from contracts.cases.parts import Interval, LawSide, Measured
from contracts.cases.states import Kind, Route
from contracts.language.division import Division
from contracts.language.message import Command
from contracts.language.rules import Rule
from contracts.language.values import ExternalId, Line, Text, Token, UnitRef, Value, known
from contracts.language.written import Day
from contracts.patrol import Severity


class OldCase(Value):
    """One row of an old ledger.

    `number` is the old ledger's own; (source, number) names the row for ever. `enters_as` is said here or of the whole
    import, and never guessed. A new row states when it was verified; `stocked_on` is the day from which the old ledger
    counted what was carried over, the day it was found where that is not stated. A closed row states when and by which
    route.
    """

    number: ExternalId
    kind: Kind
    severity: Annotated[Severity, known(Severity)] = Severity.SERIOUS
    division: Division
    place: Line
    text: Text
    party: ExternalId | None = None
    found_on: Day
    enters_as: Annotated[EntersAs, known(EntersAs)] | None = None
    verified_on: Day | None = None
    stocked_on: Day | None = None
    occurred: Interval | None = None
    unit: UnitRef | None = None
    due_on: Day | None = None
    closed_on: Day | None = None
    route: Annotated[Route, known(Route)] | None = None
    cause: Token | None = None
    measured: Measured | None = None
    law: LawSide | None = None


class RowRefused(Value):
    """A row that was not taken: which field, and which rule, with its code and the figures in it."""

    number: ExternalId
    field: str
    rule: str
    code: str | None = None
    figures: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def of(cls, number: str, field: str, rule: Rule) -> RowRefused:
        return cls(number=number, field=field, rule=rule, code=rule.code, figures=dict(rule.figures))


class Imported(Value):
    """How many rows were added, how many were there already, and those refused; good rows are kept."""

    added: int
    unchanged: int
    refused: tuple[RowRefused, ...]


class ImportCases(Command):
    """Rows of an old ledger, by the office; the same row again changes nothing, a different one is refused.

    `enters_as` holds for every row that does not say it itself; a row of which neither says it is refused.
    """

    name: ClassVar[str] = "cases.import.v1"
    answer: ClassVar[type[BaseModel]] = Imported

    source: Token
    campaign: Token
    enters_as: Annotated[EntersAs, known(EntersAs)] | None = None
    rows: Annotated[tuple[OldCase, ...], Field(min_length=1, max_length=500)]


class CaseImported(CaseFact):
    """A case of an old ledger, in the state in which it was taken over."""

    name: ClassVar[str] = "cases.imported.v1"
