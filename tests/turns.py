"""Two transactions of which the second begins before the first has committed: what locks are for."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg

from services.runtime.transaction import Transaction
from tests.servers import NOW
from tests.waiting import until


@asynccontextmanager
async def committed(dsn, now=NOW, begin=Transaction):
    """A transaction that is committed at the end."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            yield begin(connection, now)
    finally:
        await connection.close()


async def overlapping(dsn, first, second, now=NOW, begin=Transaction):
    """What both brought about, where the second works until it must wait for the first, or to its end.

    Each is `async def (tx)`; both are committed.
    """
    watching, *connections = [await asyncpg.connect(dsn) for _ in range(3)]
    begun = [connection.transaction() for connection in connections]
    try:
        for one in begun:
            await one.start()
        earlier, later = (begin(connection, now) for connection in connections)
        brought = await first(earlier)
        waiting = asyncio.create_task(second(later))

        async def waits_or_is_done():
            kind = await watching.fetchval(
                "SELECT wait_event_type FROM pg_stat_activity WHERE pid = $1", connections[1].get_server_pid()
            )
            return waiting.done() or kind == "Lock"

        await until(waits_or_is_done)
        await begun[0].commit()
        brought_later = await waiting
        await begun[1].commit()
    finally:
        for connection in (watching, *connections):
            await connection.close()
    return brought, brought_later
