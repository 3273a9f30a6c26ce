"""How a case comes into the book, and is verified or dismissed."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases.case import Case, CaseCommand, CaseFact
from contracts.cases.parts import Directive, Interval, LawSide, Measured
from contracts.cases.states import Flag, Kind
from contracts.language.division import Division
from contracts.language.evidence import Evidence
from contracts.language.message import Command
from contracts.language.values import ExternalId, Latitude, Line, Longitude, Text, Token, UnitRef, known
from contracts.language.written import Day
from contracts.patrol import Severity


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
    occurred: Interval | None = None
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


class CaseOpened(CaseFact):
    """A problem has been registered with the posts answerable for its place; the office must verify it."""

    name: ClassVar[str] = "cases.opened.v1"


class CaseCorroborated(CaseFact):
    """Another report says the same; `weight` of the case has grown."""

    name: ClassVar[str] = "cases.corroborated.v1"


class VerifyCase(CaseCommand):
    """registered → verified, by the office."""

    name: ClassVar[str] = "cases.verify.v1"


class CaseVerified(CaseFact):
    """The office has found the problem real; the case is in stock."""

    name: ClassVar[str] = "cases.verified.v1"


class DismissCase(CaseCommand):
    """registered → dismissed, by the office, with a reason."""

    name: ClassVar[str] = "cases.dismiss.v1"

    reason: Line


class CaseDismissed(CaseFact):
    """The office found nothing, no problem or no violation; the case leaves without having been in stock."""

    name: ClassVar[str] = "cases.dismissed.v1"

    reason: Line


class ReopenCase(CaseCommand):
    """dismissed → registered, by anyone with new evidence."""

    name: ClassVar[str] = "cases.reopen.v1"

    reason: Line
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1, max_length=50)]


class CaseReopened(CaseFact):
    """New evidence has come for a dismissed case; the office must verify it again."""

    name: ClassVar[str] = "cases.reopened.v1"

    reason: Line
    evidence: tuple[Evidence, ...] = ()
