"""The open transaction that a handler works in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from services.runtime.reference.view import View, Views
from services.runtime.sql import Sql
from services.runtime.texts import Texts

if TYPE_CHECKING:
    from services.runtime.reference.law import LawFile
    from services.runtime.replica.objects import Objects

T = TypeVar("T")
Begin: TypeAlias = "Callable[[Sql, datetime], Transaction]"
"""How a replica opens a transaction: on a connection, at a time."""


@dataclass(slots=True)
class Transaction:
    """`sql` is the connection, in a transaction that the runtime commits; `now` is the only source of time (UTC).

    `views` are those of the replica, `following` is what the service has follow its changes (`Service.following`),
    `laws` are those by which it judges.
    """

    sql: Sql
    now: datetime
    views: Views = field(default_factory=Views)
    following: object = None
    laws: Sequence[LawFile[Any]] = ()
    view_version: int | None = None
    """Which state of the reference data it sees; None while it has not looked."""
    own_views: dict[View[Any], Any] | None = None
    """What it has built since it has changed reference data itself: nobody else may see that before it commits."""

    texts: Texts = field(default_factory=Texts)
    store: Objects | None = None

    @property
    def objects(self) -> Objects:
        """The object store of the bus; only the one service that owns it may use it."""
        assert self.store is not None
        return self.store

    async def see(self, view: View[T]) -> T:
        """Reference data, as this transaction sees it."""
        if self.own_views is not None:
            if view not in self.own_views:
                self.own_views[view] = await view.load(self.sql)
            return cast(T, self.own_views[view])
        if self.view_version is None:
            self.view_version = cast(int, await self.sql.fetchval("SELECT version FROM view_version"))
        return await self.views.of(view, self.view_version, self.sql)

    async def change_views(self) -> None:
        """Say that rows behind views have changed; seen by every replica once this transaction commits."""
        await self.sql.execute("UPDATE view_version SET version = version + 1")
        self.own_views = {}
