"""Who answers for which ground on which day, by the roster as it was enrolled and by what was appointed since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely

from contracts.language.values import AreaKind
from contracts.roster import Area
from demo.books.evidence import Evidence

ANSWERS = ("grid", "village", "town", "county", "city")
NEAREST_CHIEF = ("village-chief", "chief", "general-chief", "deputy-general-chief")
TEAM = ("resource-supervisor", "ranger")
WHO = {
    "grid": TEAM,
    "village": ("village-chief",),
    "town": ("chief",),
    "county": ("general-chief", "chief"),
    "city": ("general-chief", "deputy-general-chief", "chief"),
}


class Roster:
    """The posts by the names that the sample gives them: the area, then the role."""

    def __init__(self, evidence: Evidence) -> None:
        self._held: dict[str, list[tuple[date, str]]] = {
            post.id: [(one.held_from, one.person.id) for one in post.appointments] for post in evidence.posts
        }
        self.units = {post.id: post.unit.id for post in evidence.posts}
        self.areas = {post.id: post.area_id for post in evidence.posts}
        for asked in evidence.asked:
            if asked.name == "roster.appoint.v1":
                held = (date.fromisoformat(asked.said["held_from"]), asked.said["person_id"])
                self._held[asked.said["post_id"]].append(held)
        above = {one.parent_id for one in evidence.areas}
        lowest = sorted((one for one in evidence.areas if one.id not in above), key=lambda one: one.id)
        self._lowest: list[str] = [one.id for one in lowest]
        self._grounds = np.array([shapely.geometry.shape(one.boundary.model_dump()) for one in lowest])

    def holder(self, post_id: str, day: date) -> str | None:
        """Who holds a post on a day; None while it is vacant."""
        held = [person for since, person in sorted(self._held[post_id]) if since <= day]
        return held[-1] if held else None

    def grid_at(self, lon: float, lat: float) -> str:
        """The grid that contains a point, or the town whose villages are in no list; on a border the smaller code."""
        inside = np.nonzero(shapely.intersects_xy(self._grounds, lon, lat))[0]
        return self._lowest[int(inside[0])]

    def chain(self, grid: str) -> dict[str, str]:
        """The areas that answer for a grid or a village, by level, the smallest first."""
        code = grid[:12]
        found = {
            "village": code,
            "town": f"{code[:9]}000",
            "county": f"{code[:6]}000000",
            "city": f"{code[:4]}00000000",
        }
        if code == found["town"]:
            del found["village"]
        return {"grid": grid, **found} if grid != code else found

    def answerable(self, grid: str, day: date) -> list[tuple[str, str | None]]:
        """The posts that answer for a place with their holders on a day, the smallest area first."""
        posts = [f"{area}-{role}" for level, area in self.chain(grid).items() for role in sorted(WHO[level])]
        return [(post, self.holder(post, day)) for post in posts if post in self._held]

    def nearest_chief(self, grid: str) -> str:
        """The chief's post of the smallest area that has one."""
        return next(
            f"{area}-{role}"
            for area in self.chain(grid).values()
            for role in NEAREST_CHIEF
            if f"{area}-{role}" in self._held
        )


def villages(areas: Sequence[Area]) -> list[str]:
    return [one.id.removesuffix("-g1") for one in areas if one.kind is AreaKind.GRID]
