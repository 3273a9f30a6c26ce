"""What is first due of an incident: that its day has come, that its time has passed, or that it was taken."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel

from contracts.language.message import Command, Fact
from contracts.language.values import Line, Token, Value, Words
from contracts.language.written import Day, Id, Instant
from contracts.patrol.incident import Incident


class FirstStepFact(Fact):
    """Something of what is first due of an incident."""

    aggregate: ClassVar[str] = "incident.id"
    place: ClassVar[str] = "incident.division"

    incident: Incident
    at: Instant


class FirstStepDue(FirstStepFact):
    """The day in China on which the first step falls due has come, and it is not taken; told once."""

    name: ClassVar[str] = "patrol.first_step_due.v1"

    due_on: Day


class FirstStepMissed(FirstStepFact):
    """The time of the first step has passed, and it is not taken; told once. Source: DOMAIN §4."""

    name: ClassVar[str] = "patrol.first_step_missed.v1"

    due_on: Day


class FirstStepTaken(FirstStepFact):
    """Somebody says that the first step is taken; `late` where its time had passed."""

    name: ClassVar[str] = "patrol.first_step_taken.v1"

    text: Words
    late: bool
    by: Line


class FirstStepShown(Value):
    """The incident, and whether its first step was taken late."""

    incident: Incident
    late: bool


class TakeFirstStep(Command):
    """Say that what is first due of an incident is done. By who holds a post of its place, or a chief office above.

    A case that is verified or dismissed says it by itself.
    """

    name: ClassVar[str] = "patrol.take_first_step.v1"
    answer: ClassVar[type[BaseModel]] = FirstStepShown

    incident_id: Id
    post_id: Token
    text: Words
