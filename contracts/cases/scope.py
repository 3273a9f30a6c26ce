"""What becomes of a case besides its way: voided, merged, transferred, linked, measured, passed on."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases.case import CaseCommand, CaseFact
from contracts.cases.parts import VolumeM3, Yuan
from contracts.cases.states import Kind
from contracts.language.division import Division
from contracts.language.evidence import Pieces
from contracts.language.message import Command
from contracts.language.mu import Mu
from contracts.language.values import CaseRef, Line, PostRef, Token, UnitRef, Value
from contracts.language.written import Id


class VoidCase(CaseCommand):
    """Entered by mistake, by the office, with a reason; a closed case too."""

    name: ClassVar[str] = "cases.void.v1"

    reason: Line


class CaseVoided(CaseFact):
    """The case was entered by mistake."""

    name: ClassVar[str] = "cases.voided.v1"

    reason: Line


class MergeCase(CaseCommand):
    """A duplicate goes into another open case of the same campaign, by the office.

    `confirmed` says that the two are one problem although their kinds differ, or neither place lies in the other.
    """

    name: ClassVar[str] = "cases.merge.v1"

    into: Id
    reason: Line
    confirmed: bool = False


class CaseMerged(CaseFact):
    """The case is a duplicate of another, which keeps the earlier deadline."""

    name: ClassVar[str] = "cases.merged.v1"

    reason: Line


class CaseSurvived(CaseFact):
    """A duplicate was merged into it: it weighs as both, is as grave as the graver, and has the flags of both."""

    name: ClassVar[str] = "cases.survived.v1"

    other: CaseRef


class TransferCase(CaseCommand):
    """An open case is moved to another campaign, place or kind, by the office; what is not stated stays."""

    name: ClassVar[str] = "cases.transfer.v1"

    campaign: Token | None = None
    division: Division | None = None
    place: Line | None = None
    kind: Kind | None = None
    reason: Line


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


class LinkSite(CaseCommand):
    """The same site stands in another campaign too, by the office: two linked cases, one problem."""

    name: ClassVar[str] = "cases.link_site.v1"

    other: Id


class SiteLinked(CaseFact):
    """The same site stands in another campaign too: two cases, one problem."""

    name: ClassVar[str] = "cases.site_linked.v1"

    other: CaseRef


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


class ParticularsRecorded(CaseFact):
    """The office has recorded what the case is measured by, or the law's side of it."""

    name: ClassVar[str] = "cases.recorded.v1"


class CasePassedOn(CaseFact):
    """The posts that answer for the case now have other holders: `posts` are those, with the new ones."""

    name: ClassVar[str] = "cases.passed_on.v1"

    posts: tuple[PostRef, ...] = ()


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
