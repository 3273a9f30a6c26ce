"""Who answers for a point, a line or a piece of ground at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime

import shapely

from contracts.language.rules import broken
from contracts.language.values import AreaRef, Role, day_of
from contracts.roster import Answerable, AnswerableFor, Area, AreaShare, Boundary, Contradiction, Post, Stretch
from services.roster.holder.holder import Substitute, acting
from services.runtime.problem import refuse_field
from services.runtime.reference.ground import TERRITORIAL, AreasHere, Ground, Shared, drawn
from services.runtime.reference.posts import FIRST_IN_AN_AREA, reference, stands_on

ORDER = (
    *FIRST_IN_AN_AREA,
    Role.RESOURCE_SUPERVISOR,
    Role.LAW_OFFICER,
    Role.RANGER,
    Role.ASSISTANT,
    Role.UNIT,
    Role.OFFICE,
    Role.OTHER,
)
"""Within one area: its chiefs, the grid team, the bodies."""


BEFORE_ANY = datetime.min.replace(tzinfo=UTC)
REMEMBERED = 8
"""Grounds of other times that are held in memory."""


class Duties:
    """The ground with the posts that answer for it."""

    def __init__(
        self,
        areas: Iterable[Area],
        posts: Iterable[Post],
        named: Mapping[str, Sequence[Substitute]] | None = None,
        recorded: Sequence[datetime] = (),
    ) -> None:
        """`recorded` are the times at which areas were stated, the earliest first."""
        self._named = named or {}
        self._ground = Ground(areas)
        self._recorded = recorded
        self._then: dict[datetime, Ground] = {}
        self._posts: dict[str, list[Post]] = {}
        for post in sorted(posts, key=lambda post: (ORDER.index(post.role), post.id)):
            self._posts.setdefault(post.area_id, []).append(post)

    def changed_before(self, known_at: datetime | None) -> datetime | None:
        """When the ground became as it was known at a time; None where that is as it stands."""
        if known_at is None or not self._recorded or self._recorded[-1] <= known_at:
            return None
        last = bisect_right(self._recorded, known_at)
        return self._recorded[last - 1] if last else BEFORE_ANY

    def remembered(self, when: datetime) -> Ground | None:
        return self._then.get(when)

    def remember(self, when: datetime, ground: Ground) -> Ground:
        """Keep a ground as it was, for whoever asks of it next; only the latest that were asked of."""
        if len(self._then) >= REMEMBERED:
            del self._then[next(iter(self._then))]
        self._then[when] = ground
        return ground

    def on(self, ground: Ground) -> Duties:
        """The same posts on another ground."""
        other = copy(self)
        other._ground = ground
        return other

    def areas(self, lon: float, lat: float, at: datetime) -> AreasHere:
        """The areas in force that contain the point, the primary one first (DOMAIN §3)."""
        return self._ground.containing([lon], [lat], [day_of(at)])[0]

    def contradiction(self, lon: float, lat: float, at: datetime, areas: AreasHere) -> Contradiction | None:
        """Where the boundaries of the areas that answer, or of others, say otherwise than the tree."""
        outside, inside = self._ground.contradicting(lon, lat, day_of(at), areas)
        return Contradiction(outside=tuple(outside), inside=tuple(inside)) if outside or inside else None

    def shared(self, ground: Stretch | Boundary, at: datetime) -> Shared:
        """The areas in force in which a line or a piece of ground lies. Raises Problem 422 for a shape that is none."""
        shape = shape_on(ground)
        if not shapely.is_valid(shape) or shapely.is_empty(shape):
            refuse_field(f"{stated_as(ground)}.coordinates", broken("ring_not_simple"))
        return self._ground.sharing(shape, day_of(at))

    def answerable(self, areas: AreasHere, at: datetime, known_at: datetime | None) -> Answerable:
        """The posts of these areas with their holders at that time, as known at `known_at`."""
        day = day_of(at)
        standing = [post for area in areas for post in self._posts.get(area.id, ()) if stands_on(post, day)]
        posts = tuple(reference(post, day, known_at) for post in standing)
        return Answerable(
            areas=tuple(area.id for area in areas),
            posts=posts,
            acting=tuple(
                acting(post, self._named.get(post.id, ()), day, known_at)
                for post, held in zip(standing, posts, strict=True)
                if held.holder is None
            ),
        )

    def answerable_for(self, shared: Shared, at: datetime, known_at: datetime | None) -> AnswerableFor:
        """The same for a line or a piece of ground, with the share of each area, the largest first."""
        told = self.answerable(shared.areas, at, known_at)
        middle = shared.middle
        return AnswerableFor(
            areas=told.areas,
            posts=told.posts,
            acting=told.acting,
            contradiction=middle and self.contradiction(middle.x, middle.y, at, shared.areas),
            shares=tuple(
                AreaShare(area_id=id, share=share)
                for id, share in sorted(shared.shares.items(), key=lambda one: (-one[1], one[0]))
            ),
            outside=shared.outside,
        )


def first_of(ground: Stretch | Boundary) -> tuple[float, float]:
    """The first position."""
    return ground.coordinates[0] if isinstance(ground, Stretch) else ground.coordinates[0][0][0]


def stated_as(ground: Stretch | Boundary) -> str:
    """The field of the question that has it."""
    return "line" if isinstance(ground, Stretch) else "polygons"


def shape_on(ground: Stretch | Boundary) -> shapely.Geometry:
    """Raises Problem 422 for a ring that is not closed."""
    if isinstance(ground, Stretch):
        return shapely.LineString(ground.coordinates)
    for p, polygon in enumerate(ground.coordinates):
        for r, ring in enumerate(polygon):
            if ring[0] != ring[-1]:
                refuse_field(f"{stated_as(ground)}.coordinates.{p}.{r}", broken("ring_open"))
    return drawn(ground)


def place_of(areas: AreasHere) -> AreaRef:
    """The area that says where the point lies: the smallest of the territorial chain, else the primary one."""
    return next((area for area in areas if area.kind in TERRITORIAL), areas[0])
