"""Clearance of dead pines (松材线虫病除治): plots, what is done on them step by step, and what is not (E6)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.evidence import Evidence, Pieces
from contracts.language.message import MAX_MESSAGE_BYTES, Command, Fact
from contracts.language.mu import Mu
from contracts.language.values import (
    COMES_LATER,
    Boundary,
    ExternalId,
    Line,
    OpenEnum,
    PersonRef,
    Position,
    Text,
    Token,
    Value,
    known,
    one_of,
)
from contracts.language.written import WHOLE, Day, Id, Instant
from contracts.patrol.ground.natural import OnNaturalForest
from contracts.patrol.timeliness import Count

Trees = Annotated[int, Field(title="Trees", ge=1, le=100_000), WHOLE]
"""Trees of one plot."""
_Share = Annotated[float, Field(ge=0, le=1)]
_Photos = Annotated[tuple[Evidence, ...], Field(max_length=20)]


class ClearanceStep(OpenEnum):
    """What is done with a dead tree, in this order; sent back is what a check did not pass: it is treated again."""

    FOUND = "found"
    FELLED = "felled"
    TREATED = "treated"
    VERIFIED = "verified"
    SENT_BACK = "sent_back"
    OTHER = "other"


class PlotState(OpenEnum):
    """Open until every tree that was counted is treated (cleared), and all of them have been checked (verified)."""

    OPEN = "open"
    CLEARED = "cleared"
    VERIFIED = "verified"
    OTHER = "other"


class PlotRef(Value):
    """A plot as facts name it: how many dead trees the census counted on it, from when to when they are cleared."""

    id: Token
    division: Division
    place: Line
    compartment: ExternalId | None = None
    sub_compartment: ExternalId | None = None
    area_mu: Mu | None = None
    first: Day
    last: Day
    trees: Trees
    source: Line


class Plot(PlotRef):
    """A plot with its ground: a boundary, or a point where none was drawn."""

    boundary: Boundary | None = None
    at: Position | None = None


class Cleared(Value):
    """How many trees of a plot have come how far; none of these exceeds the one before it."""

    found: Count
    felled: Count
    treated: Count
    verified: Count


class ClearanceEntry(Value):
    """One step: how many trees, on which day, by whom; with photographs before and after.

    `way` is how they were treated, `size_mm` how small the pieces are, `permit` that of burning in a ban of fire,
    `stump_cm` how high the highest stump is.
    """

    id: Id
    step: ClearanceStep
    on: Day
    trees: Trees
    post_id: Token
    person: PersonRef | None
    way: Token | None
    size_mm: int | None
    permit: ExternalId | None
    stump_cm: int | None
    photos_before: tuple[Evidence, ...]
    photos_after: tuple[Evidence, ...]
    text: Text


class PlotShown(Value):
    """A plot, how far it is, and what to beware of.

    `due_on` is the last day on which it is still cleared in time, `outside_season` that its days are not those in which
    a place clears gathered. `natural_share` is the part of it that lies in natural forest.
    """

    plot: Plot
    done: Cleared
    state: PlotState
    due_on: Day
    overdue: bool
    outside_season: bool
    on_natural_forest: OnNaturalForest
    natural_share: _Share | None
    entries: tuple[ClearanceEntry, ...]


class PlotsShown(Value):
    """Plots by id, and how many trees of all that were asked for have come how far.

    Where there are `more`, the next ones come after the last.
    """

    plots: tuple[PlotShown, ...]
    total: int
    trees: int
    done: Cleared
    more: Annotated[bool, COMES_LATER] = False


class EnrolPlots(Command):
    """State plots, or under their ids anew; the same state again changes nothing. By a chief office of their place."""

    name: ClassVar[str] = "patrol.enrol_plots.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = PlotsShown

    plots: Annotated[tuple[Plot, ...], Field(min_length=1, max_length=100)]


_DONE = [one.value for one in (ClearanceStep.FOUND, ClearanceStep.FELLED, ClearanceStep.TREATED)]


class RecordClearance(Command):
    """Record what was done on a plot. By who holds the post that did it, or by a chief office above."""

    name: ClassVar[str] = "patrol.record_clearance.v1"
    answer: ClassVar[type[BaseModel]] = PlotShown

    plot_id: Token
    post_id: Token
    step: Annotated[ClearanceStep, one_of(_DONE), Field(json_schema_extra={"enum": _DONE})]
    on: Day
    trees: Trees
    way: Token | None = None
    size_mm: Annotated[int, Field(ge=0, le=1_000), WHOLE] | None = None
    permit: ExternalId | None = None
    stump_cm: Annotated[int, Field(ge=0, le=1_000), WHOLE] | None = None
    photos_before: _Photos = ()
    photos_after: _Photos = ()
    text: Text = ""


class VerifyClearance(Command):
    """Check treated trees: passed, or sent back to be treated again. By another person than who did the work."""

    name: ClassVar[str] = "patrol.verify_clearance.v1"
    answer: ClassVar[type[BaseModel]] = PlotShown

    plot_id: Token
    post_id: Token
    on: Day
    trees: Trees
    passed: bool = True
    photos_after: _Photos = ()
    text: Text = ""


class ListPlots(Command):
    """The plots of the subject's division and those below, one of them with its steps, those in a state."""

    name: ClassVar[str] = "patrol.list_plots.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = PlotsShown

    id: Token | None = None
    state: Annotated[PlotState, known(PlotState)] | None = None
    after: Token | None = None
    limit: Annotated[int, Field(ge=1, le=200), WHOLE] = 100


class PlotFact(Fact):
    """Something of a plot."""

    aggregate: ClassVar[str] = "plot.id"
    place: ClassVar[str] = "plot.division"

    plot: PlotRef
    at: Instant


class PlotEnrolled(PlotFact):
    """A plot is to be cleared in a window, or its statement has changed. Source: DOMAIN §4, E6."""

    name: ClassVar[str] = "patrol.plot.v1"

    on_natural_forest: OnNaturalForest
    by: Line


class PlotOnNaturalForest(PlotFact):
    """A plot overlaps natural forest: beware of felling under its pretext. Told once. Source: DOMAIN §2, E12."""

    name: ClassVar[str] = "patrol.plot_on_natural_forest.v1"

    natural_share: _Share | None


class ClearanceRecorded(PlotFact):
    """Trees of a plot have come a step further; `done` is how far all of them are."""

    name: ClassVar[str] = "patrol.clearance_recorded.v1"

    entry: ClearanceEntry
    done: Cleared
    state: PlotState
    by: Line


class ClearanceVerified(PlotFact):
    """Treated trees have been checked; those that did not pass are to be treated again by a day."""

    name: ClassVar[str] = "patrol.clearance_verified.v1"

    entry: ClearanceEntry
    done: Cleared
    state: PlotState
    redo_by: Day | None
    by: Line


class PlotNotCleared(PlotFact):
    """The last day of a plot's window has passed and trees are not treated: a finding, told once for each such day."""

    name: ClassVar[str] = "patrol.plot_not_cleared.v1"

    due_on: Day
    done: Cleared
    missing: Pieces
