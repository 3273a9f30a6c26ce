"""How a patrol goes on: what a phone reports of it, and what its post, its office and its holder ask."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.evidence import Evidence
from contracts.language.message import Command, Intake
from contracts.language.values import ExternalId, Line, OpenEnum, Text, Token, Value, known, one_of
from contracts.language.written import WHOLE, Day, Id, Instant
from contracts.patrol.duty import PatrolWay, Walked
from contracts.patrol.patrol import AppealState, Patrol, PatrolPoint, PatrolState, VerdictState
from contracts.patrol.recorded import Item, Visited
from contracts.patrol.terminal import TerminalClock

ToReach = Annotated[tuple[PatrolPoint, ...], Field(max_length=50)]


class PatrolMove(OpenEnum):
    """What was done with a patrol."""

    PLAN = "plan"
    BEGIN = "begin"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    ABANDON = "abandon"
    OTHER = "other"


_MOVES = [one.value for one in PatrolMove if one is not PatrolMove.OTHER]


_DECISIONS = [AppealState.UPHELD.value, AppealState.REFUSED.value]


class PatrolReport(Intake):
    """A phone says what was done with a patrol and when; posted to `intake.<source>.patrol.v1`.

    `patrol_id` names the patrol for ever within its source. Reports may come late, twice and in any order: what they
    come to is the same. `begin` and `plan` say of which post it is, unless the terminal is in somebody's hands.
    `clock` says what the phone's clock showed when the sender received it, by which `at` is put right. `incidents` are
    the sender's own reports of what was found. What is looked at, visited and photographed is said with any move from
    the beginning to the end, and adds up: each says what it was since the one before. Source: DOMAIN §4.
    """

    name: ClassVar[str] = "intake.patrol.v1"

    patrol_id: ExternalId
    move: Annotated[PatrolMove, one_of(_MOVES), Field(json_schema_extra={"enum": _MOVES})]
    at: Instant
    terminal: ExternalId | None = None
    clock: TerminalClock | None = None
    post_id: Token | None = None
    activity: Walked | None = None
    way: Annotated[PatrolWay, known(PatrolWay)] | None = None
    planned_on: Day | None = None
    to_reach: ToReach = ()
    text: Text = ""
    items: Annotated[tuple[Item, ...], Field(max_length=50)] = ()
    visited: Annotated[tuple[Visited, ...], Field(max_length=50)] = ()
    photos: Annotated[tuple[Evidence, ...], Field(max_length=20)] = ()
    incidents: Annotated[tuple[ExternalId, ...], Field(max_length=50)] = ()


class PatrolShown(Value):
    """A patrol, whole."""

    patrol: Patrol


class PatrolsShown(Value):
    """Patrols, the last to begin first."""

    patrols: tuple[Patrol, ...]


class ListPatrols(Command):
    """The patrols of the subject's division and those below: of a post, in a state, by their verdict, of a day."""

    name: ClassVar[str] = "patrol.list_patrols.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = PatrolsShown

    post_id: Token | None = None
    state: Annotated[PatrolState, known(PatrolState)] | None = None
    verdict: Annotated[VerdictState, known(VerdictState)] | None = None
    on: Day | None = None
    appealed: bool = False
    limit: Annotated[int, Field(ge=1, le=100), WHOLE] = 50


class ShowPatrol(Command):
    """One patrol: how it stands, what was measured, and by which rule it counts or does not."""

    name: ClassVar[str] = "patrol.show_patrol.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = PatrolShown

    patrol_id: Id


class PlanPatrol(Command):
    """Plan a patrol of a post for a day. By who holds the post, or by a chief office above.

    The activity is that of the role, where none is stated.
    """

    name: ClassVar[str] = "patrol.plan_patrol.v1"
    answer: ClassVar[type[BaseModel]] = PatrolShown

    post_id: Token
    planned_on: Day
    activity: Walked | None = None
    way: Annotated[PatrolWay, known(PatrolWay)] | None = None
    to_reach: ToReach = ()


class BeginPatrol(Command):
    """Begin a patrol of a post, planned before (`patrol_id`) or not. By who holds the post.

    The activity is that of the plan or of the role, where none is stated.
    `terminal` of `source` is the one whose points count where it is in nobody's hands.
    """

    name: ClassVar[str] = "patrol.begin_patrol.v1"
    answer: ClassVar[type[BaseModel]] = PatrolShown

    post_id: Token
    patrol_id: Id | None = None
    at: Instant | None = None
    activity: Walked | None = None
    way: Annotated[PatrolWay, known(PatrolWay)] | None = None
    source: Token | None = None
    terminal: ExternalId | None = None
    to_reach: ToReach = ()


class MovePatrol(Command):
    """What is done with a patrol that has begun, now or at another time. By who holds its post, or walks it."""

    patrol_id: Id
    at: Instant | None = None
    text: Text = ""


class PausePatrol(MovePatrol):
    """Interrupt a patrol. By who holds its post."""

    name: ClassVar[str] = "patrol.pause_patrol.v1"
    answer: ClassVar[type[BaseModel]] = PatrolShown


class ResumePatrol(MovePatrol):
    """Go on with a patrol. By who holds its post."""

    name: ClassVar[str] = "patrol.resume_patrol.v1"
    answer: ClassVar[type[BaseModel]] = PatrolShown


class EndPatrol(MovePatrol):
    """End a patrol, with what was looked at and found. By who holds its post."""

    name: ClassVar[str] = "patrol.end_patrol.v1"
    answer: ClassVar[type[BaseModel]] = PatrolShown

    items: Annotated[tuple[Item, ...], Field(max_length=50)] = ()
    visited: Annotated[tuple[Visited, ...], Field(max_length=50)] = ()
    photos: Annotated[tuple[Evidence, ...], Field(max_length=20)] = ()


class AbandonPatrol(MovePatrol):
    """Give a patrol up: it counts for nothing. By who holds its post."""

    name: ClassVar[str] = "patrol.abandon_patrol.v1"
    answer: ClassVar[type[BaseModel]] = PatrolShown


class AppealVerdict(Command):
    """Appeal against an invalid verdict, with a reason. By who walked the patrol."""

    name: ClassVar[str] = "patrol.appeal_verdict.v1"
    answer: ClassVar[type[BaseModel]] = PatrolShown

    patrol_id: Id
    reason: Line


class DecideAppeal(Command):
    """Decide an open appeal, with a reason. By a chief office above, through another post and another person."""

    name: ClassVar[str] = "patrol.decide_appeal.v1"
    answer: ClassVar[type[BaseModel]] = PatrolShown

    patrol_id: Id
    decision: Annotated[AppealState, one_of(_DECISIONS), Field(json_schema_extra={"enum": _DECISIONS})]
    reason: Line
