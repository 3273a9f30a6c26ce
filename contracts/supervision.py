"""What cases announces of pressing, reviews and sheets: letters of the ladder, what came of them, findings, causes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.cases import CaseFact
from contracts.division import Division
from contracts.event import Fact
from contracts.ledger import Difference, Sheet
from contracts.values import CaseRef, Instant, Line, OpenEnum, PostRef, Text, Token, UnitRef, Value


class Letter(Value):
    """One rung of the supervision ladder as it was issued, and what came of it.

    `number` is the paper's, 机关代字〔year〕n号: counted per office and year; what one office presses one addressee
    for in one campaign, on one day and rung, goes in one paper. `called` is the office's name on paper, `addressed` are
    the names and titles of whom it addresses, `copies` those of who gets a copy. `asked` is what shall be done: verify,
    assign, rectify, accept, close, answer_objection, acknowledge, look_back; `before` are the rungs that pressed for
    the same before. `about` is `owner`, `referral-<n>` for a referral that nobody acknowledges, or `look_back` for one
    not made; `due_on` is the day it presses for, `posts` are told besides. `calendar` says by which calendar
    `reply_due_on` was counted.
    """

    id: UUID
    rung: Token
    about: Token
    office: UnitRef
    to: UnitRef
    posts: tuple[PostRef, ...] = ()
    due_on: date
    issued_on: date
    reply_due_on: date
    calendar: Line | None = None
    receipted_on: date | None = None
    replied_on: date | None = None
    reply: Text | None = None
    number: Line | None = None
    called: Line | None = None
    contact: Line | None = None
    addressed: tuple[Line, ...] = ()
    copies: tuple[Line, ...] = ()
    asked: Token | None = None
    before: tuple[Token, ...] = ()


class LetterFact(CaseFact):
    letter: Letter


class LetterIssued(LetterFact):
    """The present owner, or the receiver of a referral, is pressed: reminder, letter, supervision letter, circular."""

    name: ClassVar[str] = "cases.letter_issued.v1"


class LetterReceipted(LetterFact):
    """The letter has been signed for (签收)."""

    name: ClassVar[str] = "cases.letter_receipted.v1"


class LetterReplied(LetterFact):
    """The addressee has replied."""

    name: ClassVar[str] = "cases.letter_replied.v1"


class CaseHandedUp(CaseFact):
    """The office cannot make it move and hands the pressing to the office above."""

    name: ClassVar[str] = "cases.handed_up.v1"

    reason: Line


class LadderStopped(CaseFact):
    """The cause of the letters issued is gone; no further rung follows from it."""

    name: ClassVar[str] = "cases.ladder_stopped.v1"

    about: Token
    last_rung: Token


class ReviewKind(OpenEnum):
    """Self-check, look-back, guidance visit (G2)."""

    SELF_CHECK = "self_check"
    LOOK_BACK = "look_back"
    GUIDANCE = "guidance"
    OTHER = "other"


class ReviewSubject(OpenEnum):
    """The five subjects over which counties check themselves and the city guides them (G2)."""

    RESOURCE_MANAGEMENT = "resource_management"
    FOREST_INSPECTION = "forest_inspection"
    CAMPAIGNS = "campaigns"
    AFFORESTATION = "afforestation"
    UNDER_FOREST_PROJECTS = "under_forest_projects"
    OTHER = "other"


class Review(Value):
    """A review in a place: how many were looked at, the cases among them, and the cases its findings opened.

    What belongs to no campaign is reviewed, and its findings counted, in the everyday one of the year.
    """

    id: UUID
    kind: ReviewKind
    campaign: Token
    division: Division
    scope: Line
    sample: Annotated[int, Field(ge=0)]
    subject: ReviewSubject | None = None
    sampled: tuple[CaseRef, ...] = ()
    on: date
    findings: tuple[CaseRef, ...] = ()


class ReviewRecorded(Fact):
    """A self-check, look-back or guidance visit has been made."""

    name: ClassVar[str] = "cases.reviewed.v1"
    aggregate: ClassVar[str] = "review.id"
    place: ClassVar[str] = "review.division"

    review: Review
    by: Token
    at: Instant


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
