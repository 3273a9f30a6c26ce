"""A patrol: from its plan to its end, what was measured of it, and the verdict by which it counts (DOMAIN §4)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from contracts.language.division import Division
from contracts.language.evidence import Evidence
from contracts.language.message import Fact
from contracts.language.values import (
    COMES_LATER,
    ExternalId,
    Latitude,
    Line,
    Longitude,
    OpenEnum,
    PersonRef,
    Text,
    Token,
    Value,
    Words,
)
from contracts.language.written import Day, Id, Instant
from contracts.patrol.duty import Activity, PatrolWay
from contracts.patrol.recorded import Item, Visited
from contracts.patrol.terminal import TerminalState


class PatrolState(OpenEnum):
    """How far a patrol is; `incomplete` is one whose end never came."""

    PLANNED = "planned"
    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"
    INCOMPLETE = "incomplete"
    ABANDONED = "abandoned"
    OTHER = "other"


class VerdictState(OpenEnum):
    """Whether a patrol counts; pending until that can be said."""

    PENDING = "pending"
    VALID = "valid"
    INVALID = "invalid"
    OTHER = "other"


class PatrolPoint(Value):
    """A place that a patrol means to reach, in degrees on CGCS2000."""

    id: Token
    lon: Longitude
    lat: Latitude


class Pause(Value):
    """From when to when nobody was on patrol; open when `last_at` is None."""

    first_at: Instant
    last_at: Instant | None


class Remark(Value):
    """What was said of a patrol on its way: when it was begun, interrupted or gone on with."""

    at: Instant
    text: Words


class PatrolMeasured(Value):
    """What the points of a patrol come to.

    `minutes` is the time on the way, `stopped_minutes` that of the stops; where nothing was heard no time is counted.
    `ground_metres` is as much of `metres` as nobody else walked along with it whose patrol began before. `own_share` is
    the part of the way inside the post's own area, `area_share` how much of that area was seen from the way; None where
    the area has no boundary. `points` are the patrol points that were reached, `incidents` what was reported meanwhile.
    """

    minutes: float
    stopped_minutes: float
    stops: int
    metres: float
    ground_metres: float
    fixes: int
    mocked: int
    first_at: Instant | None
    last_at: Instant | None
    own_share: float | None
    area_share: float | None
    areas: tuple[Token, ...]
    grids: tuple[Token, ...]
    points: tuple[Token, ...]
    incidents: tuple[Id, ...]


class Lacking(Value):
    """What a patrol has too little of, by the name of the rule's field: how much there is, and how much is asked."""

    what: Token
    found: float
    least: float


class Suspicion(Value):
    """What a made-up walk looks like, seen in this one: how much of it, and with what it is alike.

    It is named, and never judged by itself: that is for a person.
    """

    kind: Token
    value: float
    alike: Line | None


class AppealState(OpenEnum):
    """What became of an appeal; `overtaken`: its decision no longer holds, as less was walked than was known."""

    OPEN = "open"
    UPHELD = "upheld"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"
    OTHER = "other"


class Appeal(Value):
    """Who held a verdict to be wrong and why, and how another post decided.

    A patrol that an appeal has made valid stays so however it is judged again, until its points come to less than the
    `minutes` and `metres` that they came to when it was decided.
    """

    by: Line
    reason: Line
    at: Instant
    state: AppealState
    decided_by: Line | None = None
    decided_post: Token | None = None
    decided_reason: Line | None = None
    decided_at: Instant | None = None
    minutes: float | None = None
    metres: float | None = None


class Verdict(Value):
    """Whether a patrol counts: by which rule and version of the rules, by what was measured, and what it lacks.

    `told_at` is when it was told as it stands: from that day on an appeal is heard.
    """

    state: VerdictState
    rule: Token | None = None
    version: Line | None = None
    source: Line | None = None
    measured: PatrolMeasured | None = None
    lacking: tuple[Lacking, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    appeal: Appeal | None = None
    told_at: Annotated[Instant | None, COMES_LATER] = None


class Patrol(Value):
    """A patrol as it stands.

    (`source`, `external_id`) names it for ever. `person` held the post on the day on which it began; the points are
    those of the terminals that this person carried, and of `terminal` where that was in nobody's hands. `text` is what
    was said of it at its end, else when it was begun, `remarks` what was said on the way; `items`, `visited`, `photos`
    are of all its moves together.
    """

    id: Id
    source: Token
    external_id: ExternalId
    post_id: Token
    area_id: Token
    division: Division
    person: PersonRef | None
    terminal: ExternalId | None
    activity: Activity
    way: PatrolWay | None
    state: PatrolState
    planned_on: Day | None
    started_at: Instant | None
    ended_at: Instant | None
    pauses: tuple[Pause, ...]
    to_reach: tuple[PatrolPoint, ...]
    text: Text
    items: tuple[Item, ...]
    visited: tuple[Visited, ...]
    photos: tuple[Evidence, ...]
    verdict: Verdict
    remarks: Annotated[tuple[Remark, ...], COMES_LATER] = ()


class PatrolFact(Fact):
    """Something of a patrol."""

    aggregate: ClassVar[str] = "patrol.id"
    place: ClassVar[str] = "patrol.division"

    patrol: Patrol
    at: Instant


class PatrolPlanned(PatrolFact):
    """A patrol is to be walked on a day."""

    name: ClassVar[str] = "patrol.planned.v1"


class PatrolBegun(PatrolFact):
    """Somebody is on patrol; told again when it turns out to have begun earlier."""

    name: ClassVar[str] = "patrol.begun.v1"


class PatrolPaused(PatrolFact):
    """It is interrupted: what is walked meanwhile is no part of it."""

    name: ClassVar[str] = "patrol.paused.v1"


class PatrolResumed(PatrolFact):
    """It goes on."""

    name: ClassVar[str] = "patrol.resumed.v1"


class PatrolEnded(PatrolFact):
    """It has ended, as whoever walked it says; told again when it turns out to have ended at another time."""

    name: ClassVar[str] = "patrol.ended.v1"


class PatrolUnfinished(PatrolFact):
    """Its end never came: it is closed as incomplete, by the clock or since the next one began."""

    name: ClassVar[str] = "patrol.unfinished.v1"


class PatrolAbandoned(PatrolFact):
    """It was given up, or never begun in the days after the one for which it was planned."""

    name: ClassVar[str] = "patrol.abandoned.v1"


class PatrolSilent(PatrolFact):
    """On an open patrol nothing has been heard of its terminal for too long; told once for each silence.

    `state` is what the phone last said of itself: a battery saver explains a silence. Source: DOMAIN §4.
    """

    name: ClassVar[str] = "patrol.silent.v1"

    since: Instant
    limit_minutes: float
    state: TerminalState | None


class PatrolJudged(PatrolFact):
    """The verdict of a patrol is other than `before`: points came late, or somebody decided. Source: DOMAIN §4."""

    name: ClassVar[str] = "patrol.judged.v1"

    before: VerdictState


class VerdictAppealed(PatrolFact):
    """Whoever walked a patrol holds its verdict to be wrong."""

    name: ClassVar[str] = "patrol.appealed.v1"


class AppealDecided(PatrolFact):
    """Another post has decided an appeal."""

    name: ClassVar[str] = "patrol.appeal_decided.v1"
