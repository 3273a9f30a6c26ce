"""Notice boards: where each stands and what it shows (F2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.evidence import Evidence
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.mu import Mu
from contracts.language.values import Line, OpenEnum, Position, Token, Value
from contracts.language.written import WHOLE, Day
from contracts.roster.register.entry import MOST_ENTRIES, RegisterEntry

Phone = Annotated[str, Field(title="Phone", pattern=r"^[0-9+][0-9 -]{2,30}$")]
Version = Annotated[int, Field(title="Version", ge=1, le=100_000), WHOLE]


class BoardCondition(OpenEnum):
    """What an inspection found of the board itself."""

    GOOD = "good"
    DAMAGED = "damaged"
    AGED = "aged"
    ILLEGIBLE = "illegible"
    OTHER = "other"


class BoardLine(Value):
    """A post with its holder's name as the board shows them, and a phone where the template of its level has one."""

    post_id: Token
    holder: Line
    phone: Phone | None = None


class BoardContent(Value):
    """What a board shows: names and posts, area and its size, the phone by which the public supervises, duties."""

    lines: Annotated[tuple[BoardLine, ...], Field(max_length=50)]
    area_name: Line
    area_mu: Mu
    hotline: Phone
    duties: bool = True


class Board(RegisterEntry):
    """A sign that names chiefs, area and duties (DOMAIN §1).

    `version` counts the contents that it has shown, each confirmed on a day with a photograph of its own.
    """

    area_id: Token
    place: Line
    at: Position
    content: BoardContent
    photo: Evidence
    confirmed_on: Day
    version: Version = 1
    condition: BoardCondition = BoardCondition.GOOD
    inspected_on: Day | None = None


class EnrolBoards(Command):
    """State boards; the same state again changes nothing. By the chief office of the place, or the operator.

    What a board shows is changed by a later confirmation alone: an earlier one leaves what stands.
    """

    name: ClassVar[str] = "roster.enrol_boards.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    boards: Annotated[tuple[Board, ...], Field(min_length=1, max_length=MOST_ENTRIES)]


class RenewBoard(Command):
    """Confirm what a board shows now, with a new photograph. By the chief office of the place, or the operator.

    On that day it must show what the template of its level asks for.
    """

    name: ClassVar[str] = "roster.renew_board.v1"
    answer: ClassVar[type[BaseModel]] = Board

    board_id: Token
    content: BoardContent
    photo: Evidence
    confirmed_on: Day


class BoardStated(ReferenceFact):
    """The present state of one notice board. Source: DOMAIN §3, F2."""

    name: ClassVar[str] = "roster.board.v1"
    aggregate: ClassVar[str] = "board.id"
    place: ClassVar[str] = "board.division"
    identity: ClassVar[str] = "board.id"

    board: Board
