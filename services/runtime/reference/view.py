"""Reference data held in memory, the same in every replica."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from services.runtime.sql import Sql

T = TypeVar("T")


@dataclass(frozen=True, eq=False, slots=True)
class View(Generic[T]):
    """What is built from rows of one's own schema; whoever needs it asks for it: `await tx.see(POSTS)`."""

    load: Callable[[Sql], Awaitable[T]]


class Views:
    """What a replica has built, each view anew when any replica has changed its rows."""

    def __init__(self) -> None:
        self._built: dict[View[Any], tuple[int, Any]] = {}

    async def of(self, view: View[T], version: int, sql: Sql) -> T:
        """The value as of a version of the rows, which the connection sees."""
        built = self._built.get(view)
        if built is None or built[0] != version:
            built = self._built[view] = version, await view.load(sql)
            # It lives long and is large: the collector need not walk through it again and again.
            gc.collect()
            gc.freeze()
        return cast(T, built[1])
