"""The only source of time: the system's, or, for the demo and tests, the bus's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

SUBJECT = "clock.now"


class Clock:
    """`now()` in UTC. On the bus it stands still between two announcements, so that all processes agree."""

    def __init__(self) -> None:
        self._told: datetime | None = None
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._told or datetime.now(UTC)

    async def follow(self, bus: Client) -> None:
        """Follow `clock.now`, beginning with the last one told."""
        await bus.subscribe(SUBJECT, cb=self._heard)
        try:
            last = await bus.request(f"$JS.API.DIRECT.GET.CLOCK.{SUBJECT}", timeout=2)
        except nats.errors.Error:
            return
        if last.data:
            await self._heard(last)

    async def _heard(self, message: Msg) -> None:
        told = datetime.fromisoformat(message.data.decode()).astimezone(UTC)
        if self._told is None or told > self._told:
            self._told = told
            self._moved.set()
            self._moved = asyncio.Event()

    def next_move(self) -> asyncio.Event:
        """Set when the bus's clock moves again."""
        return self._moved

    async def wait(self, seconds: float, moved: asyncio.Event) -> None:
        """Return after so many real seconds, or as soon as the bus's clock has moved.

        `moved` is taken before the work that the wait follows: a move during the work is not slept through.
        """
        try:
            async with asyncio.timeout(seconds):
                await moved.wait()
        except TimeoutError:
            return
