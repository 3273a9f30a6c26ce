"""Stops fetching while the database or the bus is away, so that no message pays for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from services.runtime import metrics

log = structlog.get_logger()

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
)
"""What says that the database, not the message, is at fault; a TimeoutError is an OSError."""
LONGEST_DELAY_S = 2.0
AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
"""What says that another transaction was in the way."""


def is_away(error: BaseException) -> bool:
    """Whether the database, not the message, is at fault; an argument it cannot encode is the message's."""
    return isinstance(error, OSError) or (isinstance(error, AWAY) and not isinstance(error, ValueError))


class Breaker:
    """Closed: work flows. Open: everybody waits until `probe` succeeds or `close` is called."""

    def __init__(self, what: str, probe: Callable[[], Awaitable[object]] | None = None) -> None:
        self.what = what
        self.reason = ""
        """Why it was opened last."""
        self._probe = probe
        self._closed = asyncio.Event()
        self._closed.set()
        self._task: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return not self._closed.is_set()

    async def closed(self) -> None:
        await self._closed.wait()

    def open(self, reason: str) -> None:
        """Stop the flow; where it is stopped, only the reason is taken up."""
        self.reason = reason
        if self.is_open:
            return
        log.warning("breaker open", what=self.what, reason=reason)
        metrics.BREAKER.labels(self.what).set(1)
        self._closed.clear()
        if self._probe is not None:
            self._task = asyncio.create_task(self._until_back(self._probe))

    def close(self) -> None:
        if self.is_open:
            log.info("breaker closed", what=self.what)
            metrics.BREAKER.labels(self.what).set(0)
            self._closed.set()

    async def _until_back(self, probe: Callable[[], Awaitable[object]]) -> None:
        delay_s = 0.1
        while True:
            await asyncio.sleep(delay_s)
            try:
                await probe()
            except Exception:
                delay_s = min(delay_s * 2, LONGEST_DELAY_S)
            else:
                self.close()
                return
