"""Waits for what happens in other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def until(what: Callable[[], Awaitable[bool]], within_s: float = 60.0, every_s: float = 0.02) -> None:
    """Wait until something is so; fails when it does not become so in time."""
    async with asyncio.timeout(within_s):
        while not await what():  # noqa: ASYNC110  what is asked lives in another process
            await asyncio.sleep(every_s)
