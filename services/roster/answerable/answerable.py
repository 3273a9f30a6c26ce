"""Who answers for a point at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from contracts.language.values import AreaRef, Role, day_of
from contracts.roster import Answerable, Area, Post
from services.runtime.reference.ground import TERRITORIAL, AreasHere, Ground
from services.runtime.reference.posts import FIRST_IN_AN_AREA, reference, stands_on

ORDER = (
    *FIRST_IN_AN_AREA,
    Role.RESOURCE_SUPERVISOR,
    Role.RANGER,
    Role.UNIT,
    Role.OFFICE,
    Role.OTHER,
)
"""Within one area: its chiefs, the grid team, the bodies."""


class Duties:
    """The ground with the posts that answer for it."""

    def __init__(self, areas: Iterable[Area], posts: Iterable[Post]) -> None:
        self._ground = Ground(areas)
        self._posts: dict[str, list[Post]] = {}
        for post in sorted(posts, key=lambda post: (ORDER.index(post.role), post.id)):
            self._posts.setdefault(post.area_id, []).append(post)

    def areas(self, lon: float, lat: float, at: datetime) -> AreasHere:
        """The areas in force that contain the point, the primary one first (DOMAIN §3)."""
        return self._ground.containing([lon], [lat], [day_of(at)])[0]

    def answerable(self, areas: AreasHere, at: datetime, known_at: datetime | None) -> Answerable:
        """The posts of these areas with their holders at that time, as known at `known_at`."""
        day = day_of(at)
        return Answerable(
            areas=tuple(area.id for area in areas),
            posts=tuple(
                reference(post, day, known_at)
                for area in areas
                for post in self._posts.get(area.id, ())
                if stands_on(post, day)
            ),
        )


def place_of(areas: AreasHere) -> AreaRef:
    """The area that says where the point lies: the smallest of the territorial chain, else the primary one."""
    return next((area for area in areas if area.kind in TERRITORIAL), areas[0])
