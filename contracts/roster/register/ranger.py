"""A ranger's file: kit, training, pay, rewards and penalties, by rules alike in the county (B2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases import Yuan
from contracts.language.command import Done
from contracts.language.evidence import Pieces
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.values import Line, PersonRef, Text, Token, Value
from contracts.language.written import WHOLE, Day
from contracts.roster.register.entry import MOST_ENTRIES, Proved, RegisterEntry, Year


class Kit(Value):
    """Something handed out, of the county's list."""

    item: Token
    pieces: Pieces
    given_on: Day


class Training(Value):
    """A course attended."""

    subject: Line
    attended_on: Day
    hours: Annotated[int, Field(ge=1, le=1000), WHOLE]
    passed: bool


class Pay(Value):
    """What was paid for so many months of a year: base and performance, which may differ by season (DOMAIN §3)."""

    year: Year
    season: Token
    months: Annotated[int, Field(ge=1, le=12), WHOLE]
    base_yuan: Yuan
    performance_yuan: Yuan


class RewardOrPenalty(Value):
    """Money given or withheld by a rule of the county, for a thing on a day.

    `reported_first` says that the ranger told of it before others found it: what nobody told costs about double.
    """

    item: Token
    rule: Token
    on: Day
    amount_yuan: Yuan
    reported_first: bool = False
    grounds: Text
    evidence: Proved = ()


class Ranger(RegisterEntry):
    """A ranger's file; `post_id` is the post that the ranger holds, a contract runs from day to day."""

    area_id: Token
    post_id: Token
    person: PersonRef
    contract_from: Day
    contract_to: Day
    kit: Annotated[tuple[Kit, ...], Field(max_length=200)] = ()
    training: Annotated[tuple[Training, ...], Field(max_length=200)] = ()
    pay: Annotated[tuple[Pay, ...], Field(max_length=200)] = ()
    rewards_and_penalties: Annotated[tuple[RewardOrPenalty, ...], Field(max_length=500)] = ()


class EnrolRangers(Command):
    """State rangers' files; the same state again changes nothing. By the chief office of the place, or the operator."""

    name: ClassVar[str] = "roster.enrol_rangers.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    rangers: Annotated[tuple[Ranger, ...], Field(min_length=1, max_length=MOST_ENTRIES)]


class RangerStated(ReferenceFact):
    """The present state of one ranger's file. Source: DOMAIN §3, B2."""

    name: ClassVar[str] = "roster.ranger.v1"
    aggregate: ClassVar[str] = "ranger.id"
    place: ClassVar[str] = "ranger.division"
    identity: ClassVar[str] = "ranger.id"

    ranger: Ranger
