"""A case with its unit: assignment, plan, extensions."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.cases.case import CaseCommand, CaseFact
from contracts.cases.parts import Measure
from contracts.language.values import Line, UnitRef
from contracts.language.written import Day


class AssignCase(CaseCommand):
    """verified or relapsed → assigned, by the office: which unit, by which day.

    Without a day, within the working days that its kind and severity have; a day of rest means the working day after.
    """

    name: ClassVar[str] = "cases.assign.v1"

    unit: UnitRef
    due_on: Day | None = None


class CaseAssigned(CaseFact):
    """A unit has been told to put a case right by a day."""

    name: ClassVar[str] = "cases.assigned.v1"


class ReturnCase(CaseCommand):
    """assigned → verified, by the unit, within the hours that the rules give, with a reason."""

    name: ClassVar[str] = "cases.return.v1"

    reason: Line


class CaseReturned(CaseFact):
    """The unit hands the case back as not its own (责任退回)."""

    name: ClassVar[str] = "cases.returned.v1"

    reason: Line


class ReassignCase(CaseCommand):
    """assigned or rectifying → assigned, by the office: another unit, by which day; as for an assignment."""

    name: ClassVar[str] = "cases.reassign.v1"

    unit: UnitRef
    due_on: Day | None = None
    reason: Line


class CaseReassigned(CaseFact):
    """Another unit, or the successor of a dissolved one, must put it right; without a successor the office has it."""

    name: ClassVar[str] = "cases.reassigned.v1"

    reason: Line


class SubmitPlan(CaseCommand):
    """The unit says, measure by measure, how and by when; by the unit of an assigned case."""

    name: ClassVar[str] = "cases.submit_plan.v1"

    measures: Annotated[tuple[Measure, ...], Field(min_length=1, max_length=50)]


class PlanSubmitted(CaseFact):
    """The unit says by which measures and days it will put it right; `approver` is the office that must decide."""

    name: ClassVar[str] = "cases.plan_submitted.v1"

    approver: UnitRef | None = None


class RefusePlan(CaseCommand):
    """The plan is not approved, with a reason; by the tier that the campaign names."""

    name: ClassVar[str] = "cases.refuse_plan.v1"

    reason: Line


class PlanRefused(CaseFact):
    """The tier that the campaign names does not approve the plan."""

    name: ClassVar[str] = "cases.plan_refused.v1"

    reason: Line


class ApprovePlan(CaseCommand):
    """assigned → rectifying, by the tier that the campaign names."""

    name: ClassVar[str] = "cases.approve_plan.v1"


class PlanApproved(CaseFact):
    """The tier that the campaign names has approved the plan; the unit carries it out."""

    name: ClassVar[str] = "cases.plan_approved.v1"


class StartCase(CaseCommand):
    """assigned → rectifying, by the unit, for kinds that need no plan."""

    name: ClassVar[str] = "cases.start.v1"


class CaseStarted(CaseFact):
    """The unit has begun to put it right."""

    name: ClassVar[str] = "cases.started.v1"


class AskExtension(CaseCommand):
    """The unit asks for a later day, with a reason."""

    name: ClassVar[str] = "cases.ask_extension.v1"

    due_on: Day
    reason: Line


class ExtensionAsked(CaseFact):
    """The unit asks for a later day."""

    name: ClassVar[str] = "cases.extension_asked.v1"


class GrantExtension(CaseCommand):
    """The office gives the later day that was asked for."""

    name: ClassVar[str] = "cases.grant_extension.v1"


class ExtensionGranted(CaseFact):
    """The office has given a later day."""

    name: ClassVar[str] = "cases.extension_granted.v1"


class RefuseExtension(CaseCommand):
    """The office refuses a later day, with a reason."""

    name: ClassVar[str] = "cases.refuse_extension.v1"

    reason: Line


class ExtensionRefused(CaseFact):
    """The day stays as it was."""

    name: ClassVar[str] = "cases.extension_refused.v1"

    reason: Line


class DeadlineKept(CaseFact):
    """The survivor of a merge takes the earlier deadline of the two."""

    name: ClassVar[str] = "cases.deadline_kept.v1"
