"""What posts mean to every service alike: when one stands, who holds it, and whose chief is the nearest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Protocol, TypeVar

from contracts.language.division import Division
from contracts.language.values import CHIEFS, PostRef, Role
from contracts.roster import Post

FIRST_IN_AN_AREA = (Role.VILLAGE_CHIEF, Role.CHIEF, Role.GENERAL_CHIEF, Role.DEPUTY_GENERAL_CHIEF)
"""The chiefs of one area, the first first: whose ground it is, who leads its chiefs, who stands in for that one."""


class Placed(Protocol):
    """A post as roster states it, or as a fact names it."""

    @property
    def id(self) -> str: ...

    @property
    def role(self) -> Role: ...

    @property
    def area_id(self) -> str: ...

    @property
    def division(self) -> Division: ...


PlacedT = TypeVar("PlacedT", bound=Placed)


def nearest_chief(answering: Iterable[PlacedT], roles: Collection[Role] = CHIEFS) -> PlacedT | None:
    """The chief who stands nearest to a place, of the posts that answer for it; None where no chief does.

    `answering` has the areas in the order in which they answer (DOMAIN §3: the primary one first, the territorial chain
    from the smallest up). The chief of the lowest level is the nearest; on one level the one of the area that answers
    first; in one area as FIRST_IN_AN_AREA has it; between equals the smaller post id. A vacant post is the nearest all
    the same: its unit acts.
    """
    posts = list(answering)
    turn = {area_id: n for n, area_id in enumerate(dict.fromkeys(post.area_id for post in posts))}
    return min(
        (post for post in posts if post.role in roles and post.role in CHIEFS),
        key=lambda post: (
            -len(post.division.significant),
            turn[post.area_id],
            FIRST_IN_AN_AREA.index(post.role),
            post.id,
        ),
        default=None,
    )


def stands_on(post: Post, day: date) -> bool:
    """Whether the post exists on a day; its last day is one of its own."""
    return post.ended_on is None or day <= post.ended_on


def holds(post: Post, person_id: str, day: date) -> bool:
    """Whether a person holds the post on a day, as known now."""
    holder = post.holder_on(day) if stands_on(post, day) else None
    return holder is not None and holder.id == person_id


def reference(post: Post, day: date, known_at: datetime | None = None) -> PostRef:
    """The post as facts name it, with who held it on `day` as known at `known_at` (None: as known now)."""
    return PostRef(
        id=post.id,
        role=post.role,
        area_id=post.area_id,
        division=post.division,
        unit=post.unit,
        holder=post.holder_on(day, known_at),
    )
