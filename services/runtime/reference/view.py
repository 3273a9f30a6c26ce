"""Reference data held in memory, the same in every replica."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from services.runtime.transaction import Sql, Transaction

T = TypeVar("T")


@dataclass(frozen=True, eq=False, slots=True)
class View(Generic[T]):
    """What is built from rows of one's own schema; whoever needs it asks for it: `await tx.see(POSTS)`."""

    load: Callable[[Sql], Awaitable[T]]

    async def changed(self, tx: Transaction) -> None:
        """Say that the rows have changed; seen by every replica once this transaction commits."""
        await tx.sql.execute("UPDATE view_version SET version = version + 1")
        tx.own_views = {}


class Views:
    """What a replica has built, each view anew when any replica has changed its rows."""

    def __init__(self) -> None:
        self._built: dict[View[Any], tuple[int, Any]] = {}

    async def see(self, tx: Transaction, view: View[T]) -> T:
        """The value as the transaction sees it."""
        if tx.own_views is not None:
            if view not in tx.own_views:
                tx.own_views[view] = await view.load(tx.sql)
            return cast(T, tx.own_views[view])
        if tx.view_version is None:
            tx.view_version = await tx.sql.fetchval("SELECT version FROM view_version")
        built = self._built.get(view)
        if built is None or built[0] != tx.view_version:
            assert tx.view_version is not None
            built = self._built[view] = tx.view_version, await view.load(tx.sql)
            # It lives long and is large: the collector need not walk through it again and again.
            gc.collect()
            gc.freeze()
        return cast(T, built[1])
