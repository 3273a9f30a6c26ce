"""What cases announces: a problem, the unit that must put it right, the day, and how it went."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from contracts.case import Case, Referral, RelapseReason
from contracts.division import Division
from contracts.event import Fact
from contracts.incident import Evidence
from contracts.ledger import Entry
from contracts.values import CaseRef, Instant, Line, PostRef, Text, Token, UnitRef


class CaseFact(Fact):
    """A move of a case: who made it (`by`, an account; `cases` itself when time or a report did), and when.

    `on` is the business date, where it is not the day of `at`; `entries` are what the move does to the ledger, so that
    whoever adds up the entries of distinct facts, in any order, has the ledger.
    """

    aggregate: ClassVar[str] = "case.ref.id"
    place: ClassVar[str] = "case.ref.division"

    case: Case
    by: Token
    at: Instant
    on: date | None = None
    entries: tuple[Entry, ...] = ()


class CaseOpened(CaseFact):
    """A problem has been registered with the posts answerable for its place; the office must verify it."""

    name: ClassVar[str] = "cases.opened.v1"


class CaseVerified(CaseFact):
    """The office has found the problem real; the case is in stock."""

    name: ClassVar[str] = "cases.verified.v1"


class CaseDismissed(CaseFact):
    """The office found nothing, no problem or no violation; the case leaves without having been in stock."""

    name: ClassVar[str] = "cases.dismissed.v1"

    reason: Line


class CaseAssigned(CaseFact):
    """A unit has been told to put a case right by a day."""

    name: ClassVar[str] = "cases.assigned.v1"


class CaseStarted(CaseFact):
    """The unit has begun to put it right."""

    name: ClassVar[str] = "cases.started.v1"


class CaseSubmitted(CaseFact):
    """The unit says it is put right and applies for close-out."""

    name: ClassVar[str] = "cases.submitted.v1"

    measures: Text
    evidence: tuple[Evidence, ...]


class CaseSentBack(CaseFact):
    """The acceptor found it not put right; the unit goes on."""

    name: ClassVar[str] = "cases.sent_back.v1"

    reason: Line


class CaseAccepted(CaseFact):
    """Somebody who neither rectified it nor belongs to the unit has signed that it is put right."""

    name: ClassVar[str] = "cases.accepted.v1"


class CaseClosed(CaseFact):
    """The case is struck off the ledger."""

    name: ClassVar[str] = "cases.closed.v1"


class CaseOverdue(CaseFact):
    """The present owner's day has passed and the case still waits; told once for each owner and day."""

    name: ClassVar[str] = "cases.overdue.v1"

    overdue_since: date


class CaseCorroborated(CaseFact):
    """Another report says the same; `weight` of the case has grown."""

    name: ClassVar[str] = "cases.corroborated.v1"


class CaseReopened(CaseFact):
    """New evidence has come for a dismissed case; the office must verify it again."""

    name: ClassVar[str] = "cases.reopened.v1"

    reason: Line
    evidence: tuple[Evidence, ...] = ()


class CaseReturned(CaseFact):
    """The unit hands the case back as not its own (责任退回)."""

    name: ClassVar[str] = "cases.returned.v1"

    reason: Line


class CaseReassigned(CaseFact):
    """Another unit, or the successor of a dissolved one, must put it right; without a successor the office has it."""

    name: ClassVar[str] = "cases.reassigned.v1"

    reason: Line


class PlanSubmitted(CaseFact):
    """The unit says by which measures and days it will put it right; `approver` is the office that must decide."""

    name: ClassVar[str] = "cases.plan_submitted.v1"

    approver: UnitRef | None = None


class PlanRefused(CaseFact):
    """The tier that the campaign names does not approve the plan."""

    name: ClassVar[str] = "cases.plan_refused.v1"

    reason: Line


class PlanApproved(CaseFact):
    """The tier that the campaign names has approved the plan; the unit carries it out."""

    name: ClassVar[str] = "cases.plan_approved.v1"


class NoViolationShown(CaseFact):
    """The unit shows that there is no violation, and applies for close-out."""

    name: ClassVar[str] = "cases.no_violation_shown.v1"

    measures: Text


class ExtensionAsked(CaseFact):
    """The unit asks for a later day."""

    name: ClassVar[str] = "cases.extension_asked.v1"


class ExtensionGranted(CaseFact):
    """The office has given a later day."""

    name: ClassVar[str] = "cases.extension_granted.v1"


class ExtensionRefused(CaseFact):
    """The day stays as it was."""

    name: ClassVar[str] = "cases.extension_refused.v1"

    reason: Line


class CaseOnNotice(CaseFact):
    """The close is made public; it is struck off when the notice has run without an open objection."""

    name: ClassVar[str] = "cases.on_notice.v1"


class ObjectionRaised(CaseFact):
    """Somebody objects; the clock of the notice stands still until the office has answered."""

    name: ClassVar[str] = "cases.objected.v1"

    reason: Line


class ObjectionUpheld(CaseFact):
    """The objection is right; the unit goes on, by a new day."""

    name: ClassVar[str] = "cases.objection_upheld.v1"

    reason: Line


class ObjectionOverruled(CaseFact):
    """The objection is answered and refused; the remaining days of the notice run on."""

    name: ClassVar[str] = "cases.objection_overruled.v1"

    reason: Line


class LookBackDue(CaseFact):
    """A closed case should be looked at again (回头看)."""

    name: ClassVar[str] = "cases.look_back_due.v1"


class LookBackPassed(CaseFact):
    """It was looked at again and is still put right."""

    name: ClassVar[str] = "cases.look_back_passed.v1"


class CaseRelapsed(CaseFact):
    """A closed case is open again: the same case, one cycle further."""

    name: ClassVar[str] = "cases.relapsed.v1"

    why: RelapseReason
    reason: Line


class CaseVoided(CaseFact):
    """The case was entered by mistake."""

    name: ClassVar[str] = "cases.voided.v1"

    reason: Line


class CaseMerged(CaseFact):
    """The case is a duplicate of another, which keeps the earlier deadline."""

    name: ClassVar[str] = "cases.merged.v1"

    reason: Line


class CaseSurvived(CaseFact):
    """A duplicate was merged into it: it weighs as both, is as grave as the graver, and has the flags of both."""

    name: ClassVar[str] = "cases.survived.v1"

    other: CaseRef


class DeadlineKept(CaseFact):
    """The survivor of a merge takes the earlier deadline of the two."""

    name: ClassVar[str] = "cases.deadline_kept.v1"


class CaseTransferred(CaseFact):
    """The case now counts in another campaign, area or kind; the place that it left hears `cases.left.v1`."""

    name: ClassVar[str] = "cases.transferred.v1"

    reason: Line


class CaseLeft(CaseFact):
    """A transfer has taken the case out of the division `left`, whose subscribers hear no more of it."""

    name: ClassVar[str] = "cases.left.v1"
    place: ClassVar[str] = "left"

    left: Division
    reason: Line


class CaseRevised(CaseFact):
    """The report that opened it was sent again with a higher revision, and the case says what it says now.

    What an office has decided stays. Where its kind or place is another now, it counts there: the place that it left
    hears `cases.left.v1`.
    """

    name: ClassVar[str] = "cases.revised.v1"


class ParticularsRecorded(CaseFact):
    """The office has recorded what the case is measured by, or the law's side of it."""

    name: ClassVar[str] = "cases.recorded.v1"


class SiteLinked(CaseFact):
    """The same site stands in another campaign too: two cases, one problem."""

    name: ClassVar[str] = "cases.site_linked.v1"

    other: CaseRef


class CasePassedOn(CaseFact):
    """The posts that answer for the case now have other holders: `posts` are those, with the new ones."""

    name: ClassVar[str] = "cases.passed_on.v1"

    posts: tuple[PostRef, ...] = ()


class CaseImported(CaseFact):
    """A case of an old ledger, in the state in which it was taken over."""

    name: ClassVar[str] = "cases.imported.v1"


class CaseReferred(CaseFact):
    """A lead has been handed to the police, the prosecutor or another department (线索移送)."""

    name: ClassVar[str] = "cases.referred.v1"

    referral: Referral


class ReferralAcknowledged(CaseFact):
    """The receiver has taken the lead under its own number."""

    name: ClassVar[str] = "cases.referral_acknowledged.v1"

    referral: Referral


class ReferralConcluded(CaseFact):
    """The receiver has said what came of the lead."""

    name: ClassVar[str] = "cases.referral_concluded.v1"

    referral: Referral
