"""What an office may ask of its whole book: directives, reviews, old ledgers, causes, sheets, lists."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.case import Case, CaseKind, CaseState, Directive, Flag, Period, Route
from contracts.case_commands import CaseCommand, Kind
from contracts.division import Division
from contracts.event import Command
from contracts.incident import Severity
from contracts.ledger import EntersAs, Sheet
from contracts.particulars import LawSide, Measured
from contracts.rules import Rule
from contracts.supervision import Letter, Review, ReviewKind, ReviewSubject
from contracts.values import (
    CaseRef,
    Day,
    ExternalId,
    Instant,
    Latitude,
    Line,
    Longitude,
    Text,
    Token,
    UnitRef,
    Value,
    known,
)
from contracts.written import WHOLE, Id


class RegisterCase(Command):
    """A problem that no report tells of is registered, by the office: a finding, a complaint, a clue."""

    name: ClassVar[str] = "cases.register.v1"
    answer: ClassVar[type[BaseModel]] = Case

    campaign: Token | None = None
    kind: Kind
    severity: Annotated[Severity, known(Severity)]
    flags: Annotated[tuple[Annotated[Flag, known(Flag)], ...], Field(max_length=10)] = ()
    division: Division
    lon: Longitude | None = None
    lat: Latitude | None = None
    place: Line
    text: Text
    party: ExternalId | None = None
    found_on: Day
    occurred: Period | None = None
    measured: Measured | None = None
    law: LawSide | None = None


class OpenDirective(Command):
    """What a chief's instrument asks of a unit by a day becomes a case of its own kind (A2), by the office."""

    name: ClassVar[str] = "cases.open_directive.v1"
    answer: ClassVar[type[BaseModel]] = Case

    directive: Directive
    division: Division
    place: Line
    text: Text
    severity: Annotated[Severity, known(Severity)] = Severity.MINOR
    unit: UnitRef
    due_on: Day


class PassedOn(Value):
    """The cases that were passed on."""

    cases: tuple[Token, ...]


class DissolveUnit(Command):
    """A unit is no more: its open cases go to the named successor, else back to the office. By the office."""

    name: ClassVar[str] = "cases.dissolve_unit.v1"
    answer: ClassVar[type[BaseModel]] = PassedOn

    unit: UnitRef
    successor: UnitRef | None = None
    reason: Line


class Finding(Value):
    """What a review found: it becomes a case."""

    kind: Kind
    severity: Annotated[Severity, known(Severity)] = Severity.SERIOUS
    division: Division
    place: Line
    text: Text
    measured: Measured | None = None


class RecordReview(Command):
    """A self-check, look-back or guidance visit with its sample and findings, by the office; findings become cases.

    It is about one of the five subjects, of a campaign or of everyday work where none is named. `sample` is how many
    were looked at, `sampled` the cases among them; a look-back looks at closed ones.
    """

    name: ClassVar[str] = "cases.record_review.v1"
    answer: ClassVar[type[BaseModel]] = Review

    kind: Annotated[ReviewKind, known(ReviewKind)]
    subject: Annotated[ReviewSubject, known(ReviewSubject)] | None = None
    campaign: Token | None = None
    division: Division
    scope: Line
    sample: Annotated[int, Field(ge=0, le=1_000_000), WHOLE]
    sampled: Annotated[tuple[Id, ...], Field(max_length=500)] = ()
    findings: Annotated[tuple[Finding, ...], Field(max_length=100)] = ()


class CauseNamed(Value):
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


class CampaignNamed(Value):
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
    occurred: Period | None = None
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


class OnPaper(Value):
    """One line of a paper's annex: a case, and what of it is asked for by which day."""

    case: CaseRef
    place: Line
    kind: CaseKind
    about: Token
    asked: Token | None
    due_on: date
    before: tuple[Token, ...] = ()


class LetterShown(Value):
    """A letter and all that was issued under its number; `lines` are the first of `total`."""

    letter: Letter
    lines: tuple[OnPaper, ...]
    total: int


class ShowLetter(CaseCommand):
    """One letter about a case as the paper that it went out in: with every case that stands in its annex."""

    name: ClassVar[str] = "cases.letter.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = LetterShown

    letter_id: Id


class CaseList(Value):
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


BOOK_COMMANDS: tuple[type[Command], ...] = (
    RegisterCase,
    OpenDirective,
    DissolveUnit,
    RecordReview,
    AddCause,
    ShowWords,
    ImportCases,
    ShowCase,
    ShowHistory,
    ShowLetter,
    ListCases,
    ShowSheet,
    PublishSheet,
    ShowAges,
)
"""What people may ask of the book, and look up in it."""
