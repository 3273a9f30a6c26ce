"""The open transaction that a handler works in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

if TYPE_CHECKING:
    Sql: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
else:
    Sql = asyncpg.Connection


@dataclass(frozen=True, slots=True)
class Transaction:
    """`sql` is the connection, in a transaction that the runtime commits; `now` is the only source of time (UTC)."""

    sql: Sql
    now: datetime
