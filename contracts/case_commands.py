"""What people may ask of one case: every move of the machine, referrals, what became of letters."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.case import (
    Case,
    CaseKind,
    Flag,
    Measure,
    Proof,
    ReferredTo,
    RelapseReason,
    Route,
)
from contracts.division import Division
from contracts.event import Command
from contracts.incident import Evidence, Pieces
from contracts.mu import Mu
from contracts.particulars import VolumeM3, Yuan
from contracts.values import Day, Line, Text, Token, UnitRef, known
from contracts.written import WHOLE, Id

Kind = Annotated[CaseKind, known(CaseKind)]


class CaseCommand(Command):
    """A move of one case, which lies in or under the subject's division.

    `on` is the business date, today where it is not stated: not before the case's last move, not after today (补录).
    """

    answer: ClassVar[type[BaseModel]] = Case

    case_id: Id
    on: Day | None = None


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
    """verified or relapsed → assigned, by the office: which unit, by which day.

    Without a day, within the working days that its kind and severity have; a day of rest means the working day after.
    """

    name: ClassVar[str] = "cases.assign.v1"

    unit: UnitRef
    due_on: Day | None = None


class ReturnCase(CaseCommand):
    """assigned → verified, by the unit, within the hours that the rules give, with a reason."""

    name: ClassVar[str] = "cases.return.v1"

    reason: Line


class ReassignCase(CaseCommand):
    """assigned or rectifying → assigned, by the office: another unit, by which day; as for an assignment."""

    name: ClassVar[str] = "cases.reassign.v1"

    unit: UnitRef
    due_on: Day | None = None
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

    due_on: Day
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
    """accepted → on_notice, by the office: the close is made public, and its cause is named.

    `not_referred` is why a grave, widely felt or publicly voiced case went to no police or prosecutor.
    """

    name: ClassVar[str] = "cases.notice.v1"

    cause: Token
    not_referred: Line | None = None


class RaiseObjection(CaseCommand):
    """An objection against the close on notice, by anybody; the clock of the notice stops."""

    name: ClassVar[str] = "cases.object.v1"

    reason: Line


class UpholdObjection(CaseCommand):
    """on_notice → rectifying, by the office, by a new day."""

    name: ClassVar[str] = "cases.uphold.v1"

    due_on: Day
    reason: Line


class OverruleObjection(CaseCommand):
    """The objection is answered and refused, by the office; the remaining days run on."""

    name: ClassVar[str] = "cases.overrule.v1"

    reason: Line


class CloseCase(CaseCommand):
    """accepted → closed, by the office, where no public notice is required; its cause is named.

    `not_referred` is why a grave, widely felt or publicly voiced case went to no police or prosecutor.
    """

    name: ClassVar[str] = "cases.close.v1"

    cause: Token | None = None
    not_referred: Line | None = None


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
    """A duplicate goes into another open case of the same campaign, by the office.

    `confirmed` says that the two are one problem although their kinds differ, or neither place lies in the other.
    """

    name: ClassVar[str] = "cases.merge.v1"

    into: Id
    reason: Line
    confirmed: bool = False


class TransferCase(CaseCommand):
    """An open case is moved to another campaign, place or kind, by the office; what is not stated stays."""

    name: ClassVar[str] = "cases.transfer.v1"

    campaign: Token | None = None
    division: Division | None = None
    place: Line | None = None
    kind: Kind | None = None
    reason: Line


class LinkSite(CaseCommand):
    """The same site stands in another campaign too, by the office: two linked cases, one problem."""

    name: ClassVar[str] = "cases.link_site.v1"

    other: Id


class ReferCase(CaseCommand):
    """A lead is handed over, by the office; the case itself stays where it is."""

    name: ClassVar[str] = "cases.refer.v1"

    kind: Annotated[ReferredTo, known(ReferredTo)]
    to: UnitRef
    flags: Annotated[tuple[Annotated[Flag, known(Flag)], ...], Field(max_length=10)] = ()


class AcknowledgeReferral(CaseCommand):
    """The receiver has taken the lead under its own number, by the office."""

    name: ClassVar[str] = "cases.acknowledge.v1"

    n: Annotated[int, Field(ge=1, le=1000), WHOLE]
    their_number: Line


class ConcludeReferral(CaseCommand):
    """What the receiver says came of the lead, by the office."""

    name: ClassVar[str] = "cases.conclude.v1"

    n: Annotated[int, Field(ge=1, le=1000), WHOLE]
    outcome: Line


class RecordParticulars(CaseCommand):
    """What a case is measured by and the law's side of it, by the office; what is not stated stays as it is."""

    name: ClassVar[str] = "cases.record.v1"

    illegal_area_mu: Mu | None = None
    volume_m3: VolumeM3 | None = None
    trees: Pieces | None = None
    compartment: Line | None = None
    sub_compartment: Line | None = None
    filed_as: Line | None = None
    penalty_document: Line | None = None
    fine_yuan: Yuan | None = None
    held_accountable: Annotated[tuple[Line, ...], Field(max_length=50)] = ()


class ReceiptLetter(CaseCommand):
    """A letter is signed for, by somebody of the unit it was sent to."""

    name: ClassVar[str] = "cases.receipt_letter.v1"

    letter_id: Id


class ReplyLetter(CaseCommand):
    """A letter is replied to, by somebody of the unit it was sent to."""

    name: ClassVar[str] = "cases.reply_letter.v1"

    letter_id: Id
    reply: Annotated[Text, Field(min_length=1)]


class HandUp(CaseCommand):
    """The office cannot make it move: the office above presses from now on."""

    name: ClassVar[str] = "cases.hand_up.v1"

    reason: Line


MOVE_COMMANDS: tuple[type[Command], ...] = (
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
    RecordParticulars,
    ReceiptLetter,
    ReplyLetter,
    HandUp,
)
"""The moves that people may ask for."""
