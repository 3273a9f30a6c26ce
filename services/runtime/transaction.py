"""The open transaction that a handler works in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import asyncpg

from services.runtime.reference.view import View, Views
from services.runtime.texts import Texts

if TYPE_CHECKING:
    Sql: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
else:
    Sql = asyncpg.Connection


T = TypeVar("T")
Begin: TypeAlias = "Callable[[Sql, datetime], Transaction]"
"""How a replica opens a transaction: on a connection, at a time."""


@dataclass(slots=True)
class Transaction:
    """`sql` is the connection, in a transaction that the runtime commits; `now` is the only source of time (UTC).

    `views` are those of the replica, `following` is what the service has follow its changes (`Service.following`).
    """

    sql: Sql
    now: datetime
    views: Views = field(default_factory=Views)
    following: object = None
    view_version: int | None = None
    """Which state of the reference data it sees; None while it has not looked."""
    own_views: dict[View[Any], Any] | None = None
    """What it has built since it has changed reference data itself: nobody else may see that before it commits."""

    texts: Texts = field(default_factory=Texts)

    async def see(self, view: View[T]) -> T:
        """Reference data, as this transaction sees it."""
        return await self.views.see(self, view)
