"""What people may ask of cases: every move of the machine, the ledger, letters, referrals, old ledgers, reviews."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.case import (
    Case,
    CaseKind,
    CaseState,
    Directive,
    Flag,
    Measure,
    Period,
    Proof,
    ReferredTo,
    RelapseReason,
    Route,
)
from contracts.cases import Letter, Review, ReviewKind, Sheet
from contracts.division import Division
from contracts.event import Command
from contracts.incident import Evidence, Severity
from contracts.values import ExternalId, Instant, Latitude, Line, Longitude, Text, Token, UnitRef, Value, known

Kind = Annotated[CaseKind, known(CaseKind)]


class CaseCommand(Command):
    """A move of one case, which lies in or under the subject's division.

    `on` is the business date, today where it is not stated: not before the case's last move, not after today (补录).
    """

    answer: ClassVar[type[BaseModel]] = Case

    case_id: UUID
    on: date | None = None


class RegisterCase(Command):
    """A problem that no report tells of is registered, by the office: a finding, a complaint, a clue."""

    name: ClassVar[str] = "cases.register.v1"
    answer: ClassVar[type[BaseModel]] = Case

    campaign: Token | None = None
    kind: Kind
    severity: Annotated[Severity, known(Severity)]
    flags: tuple[Annotated[Flag, known(Flag)], ...] = ()
    division: Division
    lon: Longitude | None = None
    lat: Latitude | None = None
    place: Line
    text: Text
    party: ExternalId | None = None
    found_on: date
    occurred: Period | None = None


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
    due_on: date


class VerifyCase(CaseCommand):
    """registered → verified, by the office."""

    name: ClassVar[str] = "cases.verify.v1"


class DismissCase(CaseCommand):
    """registered → dismissed, by the office, with a reason."""

    name: ClassVar[str] = "cases.dismiss.v1"

    reason: Line


class ReopenCase(CaseCommand):
    """dismissed → registered, by anyone with new evidence."""

    name: ClassVar[str] = "cases.reopen.v1"

    reason: Line
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1, max_length=50)]


class AssignCase(CaseCommand):
    """verified or relapsed → assigned, by the office: which unit, by which day."""

    name: ClassVar[str] = "cases.assign.v1"

    unit: UnitRef
    due_on: date


class ReturnCase(CaseCommand):
    """assigned → verified, by the unit, within the hours that the rules give, with a reason."""

    name: ClassVar[str] = "cases.return.v1"

    reason: Line


class ReassignCase(CaseCommand):
    """assigned or rectifying → assigned, by the office: another unit, by which day."""

    name: ClassVar[str] = "cases.reassign.v1"

    unit: UnitRef
    due_on: date
    reason: Line


class SubmitPlan(CaseCommand):
    """The unit says, measure by measure, how and by when; by the unit of an assigned case."""

    name: ClassVar[str] = "cases.submit_plan.v1"

    measures: Annotated[tuple[Measure, ...], Field(min_length=1, max_length=50)]


class RefusePlan(CaseCommand):
    """The plan is not approved, with a reason; by the tier that the campaign names."""

    name: ClassVar[str] = "cases.refuse_plan.v1"

    reason: Line


class ApprovePlan(CaseCommand):
    """assigned → rectifying, by the tier that the campaign names."""

    name: ClassVar[str] = "cases.approve_plan.v1"


class StartCase(CaseCommand):
    """assigned → rectifying, by the unit, for kinds that need no plan."""

    name: ClassVar[str] = "cases.start.v1"


class AskExtension(CaseCommand):
    """The unit asks for a later day, with a reason."""

    name: ClassVar[str] = "cases.ask_extension.v1"

    due_on: date
    reason: Line


class GrantExtension(CaseCommand):
    """The office gives the later day that was asked for."""

    name: ClassVar[str] = "cases.grant_extension.v1"


class RefuseExtension(CaseCommand):
    """The office refuses a later day, with a reason."""

    name: ClassVar[str] = "cases.refuse_extension.v1"

    reason: Line


class ShowNoViolation(CaseCommand):
    """assigned → submitted, by the unit, by the route no_violation."""

    name: ClassVar[str] = "cases.show_no_violation.v1"

    measures: Annotated[Text, Field(min_length=1)]
    proofs: Annotated[tuple[Proof, ...], Field(max_length=20)]


class SubmitCase(CaseCommand):
    """rectifying → submitted, by the unit: what was done, by which route, and the evidence of its checklist.

    `evidence` is of the site; `proofs` are of the items of the route's checklist.
    """

    name: ClassVar[str] = "cases.submit.v1"

    measures: Annotated[Text, Field(min_length=1)]
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1, max_length=50)]
    route: Annotated[Route, known(Route)] = Route.PUT_RIGHT
    proofs: Annotated[tuple[Proof, ...], Field(max_length=20)] = ()


class SendBackCase(CaseCommand):
    """submitted → rectifying, by the acceptor, with a reason."""

    name: ClassVar[str] = "cases.send_back.v1"

    reason: Line


class AcceptCase(CaseCommand):
    """submitted → accepted, by an acceptor who is neither the rectifier nor of its unit."""

    name: ClassVar[str] = "cases.accept.v1"


class GiveNotice(CaseCommand):
    """accepted → on_notice, by the office: the close is made public, and its cause is named."""

    name: ClassVar[str] = "cases.notice.v1"

    cause: Token


class RaiseObjection(CaseCommand):
    """An objection against the close on notice, by anybody; the clock of the notice stops."""

    name: ClassVar[str] = "cases.object.v1"

    reason: Line


class UpholdObjection(CaseCommand):
    """on_notice → rectifying, by the office, by a new day."""

    name: ClassVar[str] = "cases.uphold.v1"

    due_on: date
    reason: Line


class OverruleObjection(CaseCommand):
    """The objection is answered and refused, by the office; the remaining days run on."""

    name: ClassVar[str] = "cases.overrule.v1"

    reason: Line


class CloseCase(CaseCommand):
    """accepted → closed, by the office, where no public notice is required; its cause is named."""

    name: ClassVar[str] = "cases.close.v1"

    cause: Token | None = None


class PassLookBack(CaseCommand):
    """A closed case was looked at again and is still put right; by a reviewer who did not accept it."""

    name: ClassVar[str] = "cases.pass_look_back.v1"


class RelapseCase(CaseCommand):
    """closed → relapsed, by a reviewer: it came back, was never put right, or was closed in error."""

    name: ClassVar[str] = "cases.relapse.v1"

    why: Annotated[RelapseReason, known(RelapseReason)]
    reason: Line


class VoidCase(CaseCommand):
    """Entered by mistake, by the office, with a reason; a closed case too."""

    name: ClassVar[str] = "cases.void.v1"

    reason: Line


class MergeCase(CaseCommand):
    """A duplicate goes into another open case of the same campaign, by the office."""

    name: ClassVar[str] = "cases.merge.v1"

    into: UUID
    reason: Line


class TransferCase(CaseCommand):
    """An open case is moved to another campaign, place or kind, by the office; what is not stated stays."""

    name: ClassVar[str] = "cases.transfer.v1"

    campaign: Token | None = None
    division: Division | None = None
    kind: Kind | None = None
    reason: Line


class LinkSite(CaseCommand):
    """The same site stands in another campaign too, by the office: two linked cases, one problem."""

    name: ClassVar[str] = "cases.link_site.v1"

    other: UUID


class ReferCase(CaseCommand):
    """A lead is handed over, by the office; the case itself stays where it is."""

    name: ClassVar[str] = "cases.refer.v1"

    kind: Annotated[ReferredTo, known(ReferredTo)]
    to: UnitRef
    flags: tuple[Annotated[Flag, known(Flag)], ...] = ()


class AcknowledgeReferral(CaseCommand):
    """The receiver has taken the lead under its own number, by the office."""

    name: ClassVar[str] = "cases.acknowledge.v1"

    n: Annotated[int, Field(ge=1)]
    their_number: Line


class ConcludeReferral(CaseCommand):
    """What the receiver says came of the lead, by the office."""

    name: ClassVar[str] = "cases.conclude.v1"

    n: Annotated[int, Field(ge=1)]
    outcome: Line


class ReceiptLetter(CaseCommand):
    """A letter is signed for, by somebody of the unit it was sent to."""

    name: ClassVar[str] = "cases.receipt_letter.v1"

    letter_id: UUID


class ReplyLetter(CaseCommand):
    """A letter is replied to, by somebody of the unit it was sent to."""

    name: ClassVar[str] = "cases.reply_letter.v1"

    letter_id: UUID
    reply: Annotated[Text, Field(min_length=1)]


class HandUp(CaseCommand):
    """The office cannot make it move: the office above presses from now on."""

    name: ClassVar[str] = "cases.hand_up.v1"

    reason: Line


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


class RecordReview(Command):
    """A self-check, look-back or guidance visit with its sample and findings, by the office; findings become cases."""

    name: ClassVar[str] = "cases.record_review.v1"
    answer: ClassVar[type[BaseModel]] = Review

    kind: Annotated[ReviewKind, known(ReviewKind)]
    campaign: Token
    division: Division
    scope: Line
    sample: Annotated[int, Field(ge=0)]
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


class OldCase(Value):
    """One row of an old ledger.

    `number` is the old ledger's own; (source, number) names the row for ever. `stocked_on` is the day from which the
    ledger counts it, the day it was found where that is not stated. A closed row states when and by which route.
    """

    number: ExternalId
    kind: Kind
    severity: Annotated[Severity, known(Severity)] = Severity.SERIOUS
    division: Division
    place: Line
    text: Text
    party: ExternalId | None = None
    found_on: date
    stocked_on: date | None = None
    occurred: Period | None = None
    unit: UnitRef | None = None
    due_on: date | None = None
    closed_on: date | None = None
    route: Annotated[Route, known(Route)] | None = None
    cause: Token | None = None


class RowRefused(Value):
    """A row that was not taken: which field, and which rule."""

    number: ExternalId
    field: str
    rule: str


class Imported(Value):
    """How many rows were added, how many were there already, and those refused; good rows are kept."""

    added: int
    unchanged: int
    refused: tuple[RowRefused, ...]


class ImportCases(Command):
    """Rows of an old ledger, by the office; the same row again changes nothing, a different one is refused."""

    name: ClassVar[str] = "cases.import.v1"
    answer: ClassVar[type[BaseModel]] = Imported

    source: Token
    campaign: Token
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
    """Every move of a case, the first first, and the letters that pressed it."""

    case: Case
    moves: tuple[MoveMade, ...]
    letters: tuple[Letter, ...] = ()


class ShowHistory(CaseCommand):
    """The moves of one case."""

    name: ClassVar[str] = "cases.history.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = History


class CaseList(Value):
    cases: tuple[Case, ...]
    total: int


class ListCases(Command):
    """The cases in or under the subject's division, newest first."""

    name: ClassVar[str] = "cases.list.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = CaseList

    state: CaseState | None = None
    kind: CaseKind | None = None
    campaign: Token | None = None
    overdue: bool | None = None
    incident_id: UUID | None = None
    number: Line | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    offset: Annotated[int, Field(ge=0)] = 0


class ScopeAsked(Command):
    """A scope of the ledger: a campaign or all, the subject's division with all below it, a kind or all.

    The days are (`after`, `to`], Asia/Shanghai.
    """

    campaign: Token | None = None
    kind: Annotated[CaseKind, known(CaseKind)] | None = None
    after: date
    to: date


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
    on: date


CASE_COMMANDS: tuple[type[Command], ...] = (
    RegisterCase,
    OpenDirective,
    VerifyCase,
    DismissCase,
    ReopenCase,
    AssignCase,
    ReturnCase,
    ReassignCase,
    SubmitPlan,
    RefusePlan,
    ApprovePlan,
    StartCase,
    AskExtension,
    GrantExtension,
    RefuseExtension,
    ShowNoViolation,
    SubmitCase,
    SendBackCase,
    AcceptCase,
    GiveNotice,
    RaiseObjection,
    UpholdObjection,
    OverruleObjection,
    CloseCase,
    PassLookBack,
    RelapseCase,
    VoidCase,
    MergeCase,
    TransferCase,
    LinkSite,
    ReferCase,
    AcknowledgeReferral,
    ConcludeReferral,
    ReceiptLetter,
    ReplyLetter,
    HandUp,
    DissolveUnit,
    RecordReview,
    AddCause,
    ImportCases,
    ShowCase,
    ShowHistory,
    ListCases,
    ShowSheet,
    PublishSheet,
    ShowAges,
)
"""What cases answers."""
