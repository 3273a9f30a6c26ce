"""A case is submitted, accepted, made public, closed, and looked back at."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.cases.case import CaseCommand, CaseFact
from contracts.cases.parts import Proof
from contracts.cases.states import RelapseReason, Route
from contracts.language.evidence import Evidence
from contracts.language.values import Line, Text, Token, Words, known
from contracts.language.written import Day


class ShowNoViolation(CaseCommand):
    """assigned → submitted, by the unit, by the route no_violation."""

    name: ClassVar[str] = "cases.show_no_violation.v1"

    measures: Words
    proofs: Annotated[tuple[Proof, ...], Field(max_length=20)]


class NoViolationShown(CaseFact):
    """The unit shows that there is no violation, and applies for close-out."""

    name: ClassVar[str] = "cases.no_violation_shown.v1"

    measures: Text


class SubmitCase(CaseCommand):
    """rectifying → submitted, by the unit: what was done, by which route, and the evidence of its checklist.

    `evidence` is of the site; `proofs` are of the items of the route's checklist.
    """

    name: ClassVar[str] = "cases.submit.v1"

    measures: Words
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1, max_length=50)]
    route: Annotated[Route, known(Route)] = Route.PUT_RIGHT
    proofs: Annotated[tuple[Proof, ...], Field(max_length=20)] = ()


class CaseSubmitted(CaseFact):
    """The unit says it is put right and applies for close-out."""

    name: ClassVar[str] = "cases.submitted.v1"

    measures: Text
    evidence: tuple[Evidence, ...]


class SendBackCase(CaseCommand):
    """submitted → rectifying, by the acceptor, with a reason."""

    name: ClassVar[str] = "cases.send_back.v1"

    reason: Line


class CaseSentBack(CaseFact):
    """The acceptor found it not put right; the unit goes on."""

    name: ClassVar[str] = "cases.sent_back.v1"

    reason: Line


class AcceptCase(CaseCommand):
    """submitted → accepted, by an acceptor who is neither the rectifier nor of its unit."""

    name: ClassVar[str] = "cases.accept.v1"


class CaseAccepted(CaseFact):
    """Somebody who neither rectified it nor belongs to the unit has signed that it is put right."""

    name: ClassVar[str] = "cases.accepted.v1"


class GiveNotice(CaseCommand):
    """accepted → on_notice, by the office: the close is made public, and its cause is named.

    `not_referred` is why a grave, widely felt or publicly voiced case went to no police or prosecutor.
    """

    name: ClassVar[str] = "cases.notice.v1"

    cause: Token
    not_referred: Line | None = None


class CaseOnNotice(CaseFact):
    """The close is made public; it is struck off when the notice has run without an open objection."""

    name: ClassVar[str] = "cases.on_notice.v1"


class RaiseObjection(CaseCommand):
    """An objection against the close on notice, by anybody; the clock of the notice stops."""

    name: ClassVar[str] = "cases.object.v1"

    reason: Line


class ObjectionRaised(CaseFact):
    """Somebody objects; the clock of the notice stands still until the office has answered."""

    name: ClassVar[str] = "cases.objected.v1"

    reason: Line


class UpholdObjection(CaseCommand):
    """on_notice → rectifying, by the office, by a new day."""

    name: ClassVar[str] = "cases.uphold.v1"

    due_on: Day
    reason: Line


class ObjectionUpheld(CaseFact):
    """The objection is right; the unit goes on, by a new day."""

    name: ClassVar[str] = "cases.objection_upheld.v1"

    reason: Line


class OverruleObjection(CaseCommand):
    """The objection is answered and refused, by the office; the remaining days run on."""

    name: ClassVar[str] = "cases.overrule.v1"

    reason: Line


class ObjectionOverruled(CaseFact):
    """The objection is answered and refused; the remaining days of the notice run on."""

    name: ClassVar[str] = "cases.objection_overruled.v1"

    reason: Line


class CloseCase(CaseCommand):
    """accepted → closed, by the office, where no public notice is required; its cause is named.

    `not_referred` is why a grave, widely felt or publicly voiced case went to no police or prosecutor.
    """

    name: ClassVar[str] = "cases.close.v1"

    cause: Token | None = None
    not_referred: Line | None = None


class CaseClosed(CaseFact):
    """The case is struck off the ledger."""

    name: ClassVar[str] = "cases.closed.v1"


class LookBackDue(CaseFact):
    """A closed case should be looked at again (回头看)."""

    name: ClassVar[str] = "cases.look_back_due.v1"


class PassLookBack(CaseCommand):
    """A closed case was looked at again and is still put right; by a reviewer who did not accept it."""

    name: ClassVar[str] = "cases.pass_look_back.v1"


class LookBackPassed(CaseFact):
    """It was looked at again and is still put right."""

    name: ClassVar[str] = "cases.look_back_passed.v1"


class RelapseCase(CaseCommand):
    """closed → relapsed, by a reviewer: it came back, was never put right, or was closed in error."""

    name: ClassVar[str] = "cases.relapse.v1"

    why: Annotated[RelapseReason, known(RelapseReason)]
    reason: Line


class CaseRelapsed(CaseFact):
    """A closed case is open again: the same case, one cycle further."""

    name: ClassVar[str] = "cases.relapsed.v1"

    why: RelapseReason
    reason: Line
