"""Which rangers count, and what share of them used the system (B3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from contracts.language.division import Division
from contracts.patrol import Use, UseShown
from contracts.roster import Post


@dataclass(frozen=True, slots=True)
class Ranger:
    """A post of a ranger in a period: whether somebody held it, and by what it is seen that it was used."""

    division: Division
    held: bool
    by_points: bool
    by_patrols: bool


def is_held(post: Post, first: date, last: date) -> bool:
    """Whether somebody held a post on a day from the first to the last, as known now."""
    until = last if post.ended_on is None else min(last, post.ended_on)
    return any(
        one.is_known(None) and one.held_from <= until and (one.held_to is None or one.held_to >= first)
        for one in post.appointments
        if until >= first
    )


def counted(
    posts: Iterable[Post], first: date, last: date, by_points: Collection[str], by_patrols: Collection[str]
) -> Iterator[Ranger]:
    """The posts that stood on a day of the period."""
    for post in posts:
        if post.ended_on is None or post.ended_on >= first:
            held = is_held(post, first, last)
            yield Ranger(post.division, held, held and post.id in by_points, held and post.id in by_patrols)


def shown(division: Division, rangers: Iterable[Ranger], first: date, last: date, points_from: date) -> UseShown:
    """The whole of a division, and each part of the level below it."""
    every = list(rangers)
    parts: dict[Division, list[Ranger]] = {}
    for one in every:
        if (part := division.part_with(one.division)) is not None:
            parts.setdefault(part, []).append(one)
    return UseShown(
        first=first,
        last=last,
        points_from=points_from,
        whole=_use(division, every),
        parts=tuple(_use(part, parts[part]) for part in sorted(parts)),
    )


def _use(division: Division, rangers: Iterable[Ranger]) -> Use:
    its = list(rangers)
    held = sum(one.held for one in its)
    used = sum(one.by_points or one.by_patrols for one in its)
    return Use(
        division=division,
        rangers=held,
        used=used,
        by_points=sum(one.by_points for one in its),
        by_patrols=sum(one.by_patrols for one in its),
        vacant=len(its) - held,
        share=round(used / held, 4) if held else None,
    )
