"""A replica's connections to the database."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import asyncpg
import structlog
from asyncpg.exceptions import ClientConfigurationError

from services.runtime.breaker import AWAY
from services.runtime.replica import away
from services.runtime.replica.away import CannotStart
from services.runtime.replica.state import State
from services.runtime.tables.schema import unfit

log = structlog.get_logger()

START_EVERY_S = 0.2

POOL_SIZE: Final = 4
LEAST_POSTGRESQL = 16
"""The oldest version of the database on which the tests have seen it work."""


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


async def migrated(state: State) -> asyncpg.Pool[asyncpg.Record]:
    """A pool on a schema that this code can live with; waits for both, and says what for."""
    while True:
        pool = None
        try:
            pool = await connect(state.settings.database_url, state.service, ssl=state.settings.database_tls())
            async with pool.acquire() as sql:
                have = sql.get_server_version()
                if have.major < LEAST_POSTGRESQL:
                    raise CannotStart(
                        f"{away.DATABASE}: the database is PostgreSQL {have.major}, wanted {LEAST_POSTGRESQL} or newer"
                    )
                reason = await unfit(sql, state.service)
            if not reason:
                return pool
            _wait_for(state, reason)
        except ClientConfigurationError as error:
            raise CannotStart(away.of_database(error)) from None
        except (asyncpg.PostgresError, *AWAY) as error:
            _wait_for(state, away.of_database(error))
        if pool is not None:
            pool.terminate()
        await asyncio.sleep(START_EVERY_S)


def _wait_for(state: State, what: str) -> None:
    if state.starting != what:
        log.info("waiting", reason=what)
    state.starting = what
