"""What a service announces when it gives a message up, so that nobody has to go looking."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from contracts.division import Division
from contracts.event import Fact
from contracts.values import Instant


class DeadLettered(Fact):
    """A message could not be handled; it waits in the service's `dead_letters` for the operator.

    `cause` groups letters of one kind: the exception's class, or what the contract refused. What no text may hold is
    escaped in `subject`, `message_id` and `reason`, and they are cut at 1,000, 256 and 2,000 characters.
    """

    aggregate: ClassVar[str] = "durable"
    place: ClassVar[str] = "division"

    id: UUID
    durable: str
    subject: str
    message_id: str | None
    cause: str
    reason: str
    attempts: int
    division: Division
    at: Instant


class RosterDeadLettered(DeadLettered):
    """Roster gave a message up."""

    name: ClassVar[str] = "roster.dead_lettered.v1"


class PatrolDeadLettered(DeadLettered):
    """Patrol gave a message up."""

    name: ClassVar[str] = "patrol.dead_lettered.v1"


class CasesDeadLettered(DeadLettered):
    """Cases gave a message up."""

    name: ClassVar[str] = "cases.dead_lettered.v1"


class TargetsDeadLettered(DeadLettered):
    """Targets gave a message up."""

    name: ClassVar[str] = "targets.dead_lettered.v1"


class NotifyDeadLettered(DeadLettered):
    """Notify gave a message up."""

    name: ClassVar[str] = "notify.dead_lettered.v1"
