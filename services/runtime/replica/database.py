"""A replica's connections to the database."""

from __future__ import annotations

from typing import Any, Final

import asyncpg

POOL_SIZE: Final = 4


async def connect(dsn: str, name: str, **options: Any) -> asyncpg.Pool[asyncpg.Record]:
    """A pool of connections, seen at the server as `name`; options as asyncpg's."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=POOL_SIZE,
        command_timeout=60,
        reset=_as_it_is,
        server_settings={"application_name": name, "jit": "off"},
        **options,
    )


async def _as_it_is(_: object) -> None:
    """What is released has no transaction left open, which asyncpg sees to before it asks here.

    Its own way says `RESET ALL; UNLISTEN *; CLOSE ALL` and more besides (STACK row 33); nothing here sets, listens,
    locks or opens a cursor beyond its transaction.
    """
