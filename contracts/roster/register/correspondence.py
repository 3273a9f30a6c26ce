"""What an office reports up, asks across and presses below: a register, each entry numbered (D2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.values import Line, OpenEnum, Text, UnitRef, Value, Words
from contracts.language.written import Day
from contracts.roster.register.entry import MOST_ENTRIES, Proved, RegisterEntry


class Way(OpenEnum):
    """Which way a paper goes: up as a submission (请示汇报), across to a partner unit, down to whom it presses."""

    UP = "up"
    ACROSS = "across"
    DOWN = "down"
    OTHER = "other"


class Reply(Value):
    """What came back."""

    replied_on: Day
    number: Line
    text: Text


class Correspondence(RegisterEntry):
    """A paper of an office, under its number of the year; a submission may be answered by an instruction."""

    office: UnitRef
    number: Line
    way: Way
    to: UnitRef
    sent_on: Day
    subject: Line
    text: Words
    reply_due_on: Day | None = None
    reply: Reply | None = None
    papers: Proved = ()


class EnrolCorrespondence(Command):
    """State papers of an office; the same state again changes nothing. By that chief office, or the operator."""

    name: ClassVar[str] = "roster.enrol_correspondence.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    correspondence: Annotated[tuple[Correspondence, ...], Field(min_length=1, max_length=MOST_ENTRIES)]


class CorrespondenceStated(ReferenceFact):
    """The present state of one paper of an office. Source: DOMAIN §3, D2."""

    name: ClassVar[str] = "roster.correspondence.v1"
    aggregate: ClassVar[str] = "paper.id"
    place: ClassVar[str] = "paper.division"
    identity: ClassVar[str] = "paper.id"

    paper: Correspondence
