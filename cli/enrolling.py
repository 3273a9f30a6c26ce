"""Enrols areas and posts in commands of bounded weight; what roster refuses is named, the rest is enrolled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from pydantic import BaseModel

from cli.pages import pages
from cli.rules import error_said
from clients.python.bus import Bus
from clients.python.refused import Refused
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN, Division
from contracts.language.message import Command, dump
from contracts.roster import Area, AreasListed, EnrolAreas, EnrolPosts, ListAreas, Post

T = TypeVar("T", bound=BaseModel)
CHUNK_BYTES = 700_000
CHUNK_ITEMS = 500

Wrong = tuple[int, str, str]
"""Which row, which field, which rule."""


def chunks(items: Iterable[T], most_bytes: int = CHUNK_BYTES, most_items: int = CHUNK_ITEMS) -> Iterator[list[T]]:
    """As many as one command may carry."""
    chunk: list[T] = []
    size = 0
    for item in items:
        size += (length := len(dump(item)))
        if chunk and (size > most_bytes or len(chunk) >= most_items):
            yield chunk
            chunk, size = [], length
        chunk.append(item)
    if chunk:
        yield chunk


async def enrol(
    bus: Bus,
    actor: str,
    division: Division,
    items: Sequence[tuple[int, T]],
    command: Callable[[tuple[T, ...]], Command],
) -> tuple[int, list[Wrong]]:
    """How many were changed; what roster refuses is left out and named by its number, the rest is enrolled.

    Raises Refused where a refusal names none of them.
    """
    changed, wrong, at = 0, [], 0
    for chunk in chunks(item for _, item in items):
        rest = items[at : at + len(chunk)]
        at += len(chunk)
        while rest:
            try:
                asked = command(tuple(item for _, item in rest))
                changed += (await bus.ask(asked, actor, division, Done, timeout=60)).changed
                break
            except Refused as refused:
                bad = named(refused, len(rest))
                if not bad:
                    raise
                wrong += [(rest[n][0], field, rule) for n, field, rule in bad]
                rest = [one for n, one in enumerate(rest) if n not in {n for n, _, _ in bad}]
    return changed, wrong


def named(refused: Refused, items: int) -> list[Wrong]:
    """`areas.3.boundary` as (3, boundary, rule)."""
    found = []
    for error in refused.problem.errors:
        field, rule = error_said(error)
        parts = field.split(".", 2)
        if len(parts) == 3 and parts[1].isdigit() and int(parts[1]) < items:
            found.append((int(parts[1]), parts[2], rule))
    return found


async def enrol_areas(bus: Bus, areas: Sequence[tuple[int, Area]]) -> tuple[int, list[Wrong]]:
    """Enrol areas, larger ones first; what roster refuses is left out and named, the rest is enrolled."""
    ordered = sorted(areas, key=lambda one: (len(one[1].division.significant), len(one[1].id)))
    return await enrol(bus, OPERATOR, UNKNOWN, ordered, lambda some: EnrolAreas(areas=some))


async def areas_standing(bus: Bus, ids: Iterable[str], parents: Iterable[str]) -> dict[str, Area]:
    """Areas by their ids, and those that hang under `parents`, as they are enrolled."""
    found: dict[str, Area] = {}
    for field, wanted in (("ids", sorted(set(ids))), ("parents", sorted(set(parents)))):
        for at in range(0, len(wanted), CHUNK_ITEMS):
            asked = ListAreas.model_validate({field: tuple(wanted[at : at + CHUNK_ITEMS])})
            following = partial(_following, asked)
            async for page in pages(bus, following, OPERATOR, UNKNOWN, AreasListed):
                found |= {area.id: area for area in page.areas}
    return found


def _following(asked: ListAreas, after: str | None) -> ListAreas:
    return asked.model_copy(update={"after": after})


async def enrol_posts(bus: Bus, posts: Iterable[Post]) -> int:
    changed = 0
    for chunk in chunks(posts):
        changed += (await bus.ask(EnrolPosts(posts=tuple(chunk)), OPERATOR, UNKNOWN, Done, timeout=60)).changed
    return changed
