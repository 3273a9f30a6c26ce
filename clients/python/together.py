"""Works that go on side by side, and how they are ended for sure."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any

AGAIN_AFTER_S = 0.2


async def ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks until every one has ended, those too that come to `tasks` meanwhile; is itself not cut short.

    Once is not enough: asyncio.wait_for of Python 3.11, by which the client of the bus waits, forgets that it was
    cancelled when what it waited for has just come, and what called it goes on.
    """
    told = False
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        try:
            await asyncio.wait(left, timeout=AGAIN_AFTER_S)
        except asyncio.CancelledError:
            told = True
    if told:
        raise asyncio.CancelledError


async def side_by_side(*works: Coroutine[Any, Any, object]) -> None:
    """Until one of them ends, or this is cancelled: then the others end too. Raises what one has raised.

    A TaskGroup cancels what is in it once, and then waits for it.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await ended(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Whoever is cancelled meanwhile, however often, is so when the work is done."""
    working, told = asyncio.create_task(work), False
    while not working.done():
        try:
            await asyncio.wait((working,))
        except asyncio.CancelledError:
            told = True
    failed = working.exception()
    if told:
        raise asyncio.CancelledError
    if failed is not None:
        raise failed
