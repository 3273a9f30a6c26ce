"""Points of terminals as they are posted, and that they are stored."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, WithJsonSchema

from contracts.language.division import Division
from contracts.language.intake import TRACK_FAMILY
from contracts.language.message import Fact, Intake
from contracts.language.values import COMES_LATER, Datum, ExternalId, Line, Token
from contracts.language.written import Instant
from contracts.patrol.terminal import TerminalClock, TerminalState

_POINT = {
    "title": "TrackPoint",
    "description": "One position of a terminal. What is wrong with a point is counted by reason and never refuses the "
    "batch, so that anything may stand here; fields besides these are not kept.",
    "anyOf": [
        {
            "type": "object",
            "properties": {
                "lon": {},
                "lat": {},
                "at": {},
                "accuracy_m": {"description": "metres; null, below zero or left out: not known"},
                "mock": {"description": "true: the phone itself says that the position was made up; kept and marked"},
            },
            "additionalProperties": True,
        },
        {"description": "counted as invalid"},
    ],
}
TrackPoint = Annotated[Any, WithJsonSchema(_POINT)]
"""One position as it was sent; patrol reads it."""


class TrackBatch(Intake):
    """Points of one terminal, in any order; posted to `track.v1.<source>`.

    `batch_id` names the batch for ever within its source: the same points again are a repeat. The datum is stated once
    for all points. A batch is refused only for its own fields, never for a point. An `offline_round` is declared to
    have been walked without network: its points may be older than others. Source: DOMAIN §4.
    """

    name: ClassVar[str] = "intake.track.v1"
    family: ClassVar[str] = TRACK_FAMILY
    anything_in = frozenset({"points"})

    batch_id: ExternalId
    terminal: ExternalId
    datum: Datum
    offline_round: bool = False
    clock: TerminalClock | None = None
    state: TerminalState | None = None
    points: Annotated[tuple[TrackPoint, ...], Field(min_length=1, max_length=5000)]


class TrackStored(Fact):
    """A batch of track points went through the filter chain; the positions themselves stay with patrol.

    `refused` counts the points not kept, by reason: invalid, zero_island, outside_datum, future, too_old, inaccurate,
    duplicate, impossible_speed; with `kept` they are all that were sent. `area_ids` are the areas entered. `division`
    is where the last kept point lies. `mocked` of those kept were made up, as the phone itself says; `corrected_s` is
    by how much their times were corrected, by what the sender declared of the terminal's clock.
    """

    name: ClassVar[str] = "patrol.tracked.v1"
    aggregate: ClassVar[str] = "terminal"
    place: ClassVar[str] = "division"

    source: Line
    terminal: ExternalId
    batch_id: ExternalId
    division: Division
    kept: Annotated[int, Field(ge=0)]
    refused: dict[str, int]
    area_ids: tuple[Token, ...]
    first_at: Instant | None
    last_at: Instant | None
    mocked: Annotated[int, Field(ge=0), COMES_LATER] = 0
    corrected_s: Annotated[float, COMES_LATER] = 0.0
