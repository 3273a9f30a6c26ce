"""Terminals: whose hands they are in, what their phones say of themselves, and clocks that run wrong."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import ExternalId, Line, Token, Value
from contracts.language.written import WHOLE, Instant


class TerminalClock(Value):
    """What a terminal's clock showed when its sender received the batch, and when that was by the sender's clock.

    The times of all points of the batch are corrected by the difference.
    """

    shown_at: Instant
    received_at: Instant


class TerminalState(Value):
    """What a phone says of itself: how often it means to take a position, and what keeps it from doing so."""

    interval_s: Annotated[int, Field(ge=1, le=86_400), WHOLE] | None = None
    battery_saver: bool | None = None
    location_permission: Token | None = None
    battery_percent: Annotated[int, Field(ge=0, le=100), WHOLE] | None = None


class Carrying(Value):
    """A person of a post carries a terminal, from an instant and before another; open when `carried_to` is None."""

    person_id: Token
    post_id: Token
    carried_from: Instant
    carried_to: Instant | None = None


class TerminalHoldings(Value):
    """Whose hands a terminal is and was in, in the order of time."""

    source: Token
    terminal: ExternalId
    carriers: tuple[Carrying, ...]


class HoldTerminal(Command):
    """A person of a post carries a terminal from an instant on; whoever had it in that time had it no longer.

    Its points count for whoever held it when they were taken, whenever they come. By the operator.
    """

    name: ClassVar[str] = "patrol.hold_terminal.v1"
    answer: ClassVar[type[BaseModel]] = TerminalHoldings

    source: Token
    terminal: ExternalId
    division: Division
    person_id: Token
    post_id: Token
    carried_from: Instant
    carried_to: Instant | None = None


class ReturnTerminal(Command):
    """A terminal is in nobody's hands from an instant on; what was said of later times is gone. By the operator."""

    name: ClassVar[str] = "patrol.return_terminal.v1"
    answer: ClassVar[type[BaseModel]] = TerminalHoldings

    source: Token
    terminal: ExternalId
    division: Division
    returned_at: Instant


class TerminalsListed(Value):
    """Terminals with whose hands they are and were in, by source and terminal; `more` where this is not all."""

    terminals: tuple[TerminalHoldings, ...]
    more: bool


class ListTerminals(Command):
    """Whose hands terminals are and were in: of all, of a source, a person or a post. By the operator.

    Those that come after a terminal of a source; of the source that is asked for, where none is said.
    """

    name: ClassVar[str] = "patrol.list_terminals.v1"
    answer: ClassVar[type[BaseModel]] = TerminalsListed
    reads_only: ClassVar[bool] = True

    source: Token | None = None
    terminal: ExternalId | None = None
    person_id: Token | None = None
    post_id: Token | None = None
    after_source: Token | None = None
    after_terminal: ExternalId | None = None
    limit: Annotated[int, Field(ge=1, le=1000), WHOLE] = 200


class TerminalHeld(Fact):
    """Whose hands a terminal is and was in has changed. Source: DOMAIN §4."""

    name: ClassVar[str] = "patrol.terminal_held.v1"
    aggregate: ClassVar[str] = "terminal"
    place: ClassVar[str] = "division"

    source: Token
    terminal: ExternalId
    division: Division
    carriers: tuple[Carrying, ...]


class TerminalChanged(Fact):
    """What a phone says of itself is other than before: a battery saver explains a gap in a track."""

    name: ClassVar[str] = "patrol.terminal_changed.v1"
    aggregate: ClassVar[str] = "terminal"
    place: ClassVar[str] = "division"

    source: Line
    terminal: ExternalId
    division: Division
    before: TerminalState | None
    state: TerminalState


class ClockDoubted(Fact):
    """All points of a batch are of a time that cannot be: the terminal's clock runs wrong; told once until it is right.

    `ahead_s` is by how much its latest point lies ahead of when it was heard; below zero: behind.
    """

    name: ClassVar[str] = "patrol.clock_doubted.v1"
    aggregate: ClassVar[str] = "terminal"
    place: ClassVar[str] = "division"

    source: Line
    terminal: ExternalId
    batch_id: ExternalId
    division: Division
    ahead_s: int
