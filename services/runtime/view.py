"""Reference data held in memory, the same in every replica."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from services.runtime.transaction import Sql, Transaction

T = TypeVar("T")


class View(Generic[T]):
    """A value built from rows of one's own schema, built anew when any replica has changed them."""

    def __init__(self, load: Callable[[Sql], Awaitable[T]]) -> None:
        self._load = load
        self._built: tuple[int, T] | None = None

    async def at(self, tx: Transaction) -> T:
        """The value as this transaction sees it."""
        if tx.own_views is not None:
            if self not in tx.own_views:
                tx.own_views[self] = await self._load(tx.sql)
            own: T = tx.own_views[self]
            return own
        if tx.view_version is None:
            tx.view_version = await tx.sql.fetchval("SELECT version FROM view_version")
        if self._built is None or self._built[0] != tx.view_version:
            assert tx.view_version is not None
            self._built = tx.view_version, await self._load(tx.sql)
            # It lives long and is large: the collector need not walk through it again and again.
            gc.collect()
            gc.freeze()
        return self._built[1]

    async def changed(self, tx: Transaction) -> None:
        """Say that the rows have changed; seen by every replica once this transaction commits."""
        await tx.sql.execute("UPDATE view_version SET version = version + 1")
        tx.own_views = {}
