"""What the parts of one replica share and look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import asyncpg

from services.runtime.breaker import Breaker
from services.runtime.clock import Clock
from services.runtime.hearing.handling import Handling
from services.runtime.reference.law import LawFile
from services.runtime.reference.outcome import Weigh
from services.runtime.reference.view import Views
from services.runtime.service import Due, Measure
from services.runtime.settings import Settings
from services.runtime.transaction import Transaction


class State:
    """One replica of a service: its database and bus, how far it is, and why it is not ready."""

    def __init__(
        self,
        service: str,
        durables: Iterable[str],
        settings: Settings,
        due: Due | None = None,
        measure: Measure | None = None,
        following: object = None,
        laws: Sequence[LawFile[Any]] = (),
        weighing: Mapping[str, Weigh] | None = None,
    ) -> None:
        self.service = service
        self.laws = laws
        self.weighing = weighing or {}
        self.settings = settings
        self.due = due
        self.measure = measure
        self.clock = Clock()
        self.views = Views()
        self.begin = partial(Transaction, views=self.views, following=following, laws=laws)
        self.database = Breaker("database", self._probe)
        self.bus = Breaker("bus")
        self.lag: dict[str, int] = dict.fromkeys(durables, 0)
        self.handlings: dict[str, Handling] = {}
        self.missing: set[str] = set()
        """Durables that do not exist."""
        self.full: set[str] = set()
        """Streams that take nothing more."""
        self.silent: set[str] = set()
        """What is wrong with the bus where it answers, and JetStream does not."""
        self.starting: str | None = "connecting"
        """What the start waits for; None once it is done."""
        self.kept: asyncpg.Pool[asyncpg.Record] | None = None

    def pool(self) -> asyncpg.Pool[asyncpg.Record]:
        """The connections, once there are some."""
        assert self.kept is not None
        return self.kept

    async def _probe(self) -> None:
        # Of the connections that were idle some may be dead: none is used again.
        await self.pool().expire_connections()
        async with self.pool().acquire(timeout=2) as sql:
            await sql.execute("UPDATE view_version SET version = version")

    def unready(self) -> list[str]:
        """Why the service is not ready; empty when it is."""
        reasons = [f"{b.what} away: {b.reason}" for b in (self.database, self.bus) if b.is_open]
        if self.starting is not None:
            reasons.append(f"starting: {self.starting}")
        reasons += [f"durable {name} does not exist" for name in sorted(self.missing)]
        return reasons + sorted(self.silent) + [f"stream {name} is full" for name in sorted(self.full)]
