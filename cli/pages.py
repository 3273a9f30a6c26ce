"""Asks for what does not fit into one answer, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from clients.python.bus import Bus
from contracts.language.division import Division
from contracts.language.message import Command
from contracts.roster import AreasListed, CoverageShown, PlacesListed, PostsListed, RegisterPage

PageT = TypeVar("PageT", AreasListed, CoverageShown, PlacesListed, PostsListed, RegisterPage)


async def pages(
    bus: Bus, after: Callable[[str | None], Command], actor: str, division: Division, answer: type[PageT]
) -> AsyncIterator[PageT]:
    """Every page; `after` is the command that asks for what follows an id, from the beginning for None."""
    last: str | None = None
    while True:
        page = await bus.ask(after(last), actor, division, answer, timeout=60)
        yield page
        if (last := page.after) is None:
            return
