"""How a target is broken down to who carries it out, and what is left of it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import Line, Token, Value, Words
from contracts.language.written import Instant
from contracts.targets.progress import Amount, Left


class TargetShare(Value):
    """What one of those below carries of a target: the part `id` of the plan, and its amount in the target's unit.

    `entity` is who carries it out where that is no division, and `division` then where it is.
    """

    id: Token
    division: Division
    entity: Line | None = None
    amount: Amount


Shares = Annotated[tuple[TargetShare, ...], Field(min_length=1, max_length=200)]


class Allocation(Value):
    """A target with its shares and, exactly, what of it is allocated to nobody: Σ shares + unallocated = amount.

    `amount` and `unallocated` are null where the target has no number, `unallocated` too where its shares are not parts
    of a sum: of a ratio each has its own to reach.
    """

    target_id: Token
    amount: Amount | None
    shares: tuple[TargetShare, ...]
    unallocated: Left | None


class Allocate(Command):
    """Break a target down, or move amounts between its shares; shares that are not named stay. By the operator.

    A part that is not in the plan yet is put there, of the target's year, unit, kind and days. `reason` is demanded
    where an amount changes that was allocated before. A quota (a ceiling) is never moved between its shares.
    """

    name: ClassVar[str] = "targets.allocate.v1"
    answer: ClassVar[type[BaseModel]] = Allocation

    target_id: Token
    shares: Shares
    reason: Words | None = None
    paper: Line | None = None


class Moved(TargetShare):
    """A share with its amount until then; null where it was none."""

    before: Amount | None


class TargetAllocated(Fact):
    """Shares of a target were allocated or moved, and this is left of it. Source: DOMAIN §6, Tree."""

    name: ClassVar[str] = "targets.allocated.v1"
    aggregate: ClassVar[str] = "target_id"
    place: ClassVar[str] = "division"

    target_id: Token
    division: Division
    amount: Amount | None
    moved: tuple[Moved, ...]
    unallocated: Left | None
    reason: Words | None
    paper: Line | None
    at: Instant
