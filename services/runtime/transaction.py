"""The open transaction that a handler works in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

if TYPE_CHECKING:
    Sql: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
else:
    Sql = asyncpg.Connection


@dataclass(slots=True)
class Transaction:
    """`sql` is the connection, in a transaction that the runtime commits; `now` is the only source of time (UTC)."""

    sql: Sql
    now: datetime
    view_version: int | None = None
    """Which state of the reference data it sees; None while it has not looked."""
    own_views: dict[object, Any] | None = None
    """What it has built since it has changed reference data itself: nobody else may see that before it commits."""
