"""The supervision ladder: letters and what comes of them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from contracts.cases.case import CaseCommand, CaseFact
from contracts.cases.states import CaseKind
from contracts.language.values import CaseRef, Line, PostRef, Text, Token, UnitRef, Value, Words
from contracts.language.written import Id


class CaseOverdue(CaseFact):
    """The present owner's day has passed and the case still waits; told once for each owner and day."""

    name: ClassVar[str] = "cases.overdue.v1"

    overdue_since: date


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


class ReceiptLetter(CaseCommand):
    """A letter is signed for, by somebody of the unit it was sent to."""

    name: ClassVar[str] = "cases.receipt_letter.v1"

    letter_id: Id


class LetterReceipted(LetterFact):
    """The letter has been signed for (签收)."""

    name: ClassVar[str] = "cases.letter_receipted.v1"


class ReplyLetter(CaseCommand):
    """A letter is replied to, by somebody of the unit it was sent to."""

    name: ClassVar[str] = "cases.reply_letter.v1"

    letter_id: Id
    reply: Words


class LetterReplied(LetterFact):
    """The addressee has replied."""

    name: ClassVar[str] = "cases.letter_replied.v1"


class HandUp(CaseCommand):
    """The office cannot make it move: the office above presses from now on."""

    name: ClassVar[str] = "cases.hand_up.v1"

    reason: Line


class CaseHandedUp(CaseFact):
    """The office cannot make it move and hands the pressing to the office above."""

    name: ClassVar[str] = "cases.handed_up.v1"

    reason: Line


class LadderStopped(CaseFact):
    """The cause of the letters issued is gone; no further rung follows from it."""

    name: ClassVar[str] = "cases.ladder_stopped.v1"

    about: Token
    last_rung: Token


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
