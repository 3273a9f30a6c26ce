"""Directives: a chief's meeting, order, patrol or instruction, with items that open cases (A2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases import Instrument
from contracts.language.command import Done
from contracts.language.division import Division
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.values import Line, OpenEnum, PostRef, Token, UnitRef, Value, Words
from contracts.language.written import Day
from contracts.patrol import Severity
from contracts.roster.register.entry import MOST_ENTRIES, Proved, RegisterEntry


class ItemState(OpenEnum):
    """What has become of an item: done when its case is closed, dropped when its case counts no more."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    OTHER = "other"


class DirectiveItem(Value):
    """What a unit must do by a day, at a place; `state` and case are what became of it, whatever is stated there."""

    item: Token
    division: Division
    place: Line
    text: Words
    severity: Severity = Severity.MINOR
    unit: UnitRef
    due_on: Day
    state: ItemState = ItemState.OPEN
    case_id: Token | None = None
    case_number: Line | None = None


class IssuedDirective(RegisterEntry):
    """A directive as it was issued, with its items (DOMAIN §1).

    `answers` is the submission (a paper of the register of correspondence) that it answers. `fulfilled_on` is the day
    on which the last of its items was done.
    """

    instrument: Instrument
    number: Line
    issuer_post_id: Token
    issued_on: Day
    subject: Line
    text: Words
    answers: Token | None = None
    items: Annotated[tuple[DirectiveItem, ...], Field(max_length=50)] = ()
    papers: Proved = ()
    fulfilled_on: Day | None = None


class EnrolDirectives(Command):
    """State directives; the same state again changes nothing. By the chief office of the place, or the operator.

    Items that stand stay as they are: their cases have been opened. New ones may be added.
    """

    name: ClassVar[str] = "roster.enrol_directives.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    directives: Annotated[tuple[IssuedDirective, ...], Field(min_length=1, max_length=MOST_ENTRIES)]


class DirectiveStated(ReferenceFact):
    """The present state of one directive and its items. Source: DOMAIN §3, A2."""

    name: ClassVar[str] = "roster.directive.v1"
    aggregate: ClassVar[str] = "directive.id"
    place: ClassVar[str] = "directive.division"
    identity: ClassVar[str] = "directive.id"

    directive: IssuedDirective


class DirectiveFulfilled(ReferenceFact):
    """The last item of a directive that was still to be done is done; told again where one had come back meanwhile."""

    name: ClassVar[str] = "roster.directive_fulfilled.v1"
    aggregate: ClassVar[str] = "directive.id"
    place: ClassVar[str] = "directive.division"
    identity: ClassVar[str] = "directive.id"

    directive: IssuedDirective
    issuer: PostRef
