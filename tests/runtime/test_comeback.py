"""A bus and a record that have come apart agree again: what only one has is neither believed nor numbered twice."""

import json

import asyncpg
import nats
import pytest

from clients.python.connection import connect
from services.runtime.telling.comeback import JUMP, agree
from tests.servers import migrated

pytestmark = pytest.mark.served


@pytest.fixture
async def sql():
    connection = await asyncpg.connect(await migrated("targets"))
    await connection.execute("INSERT INTO aggregates VALUES ('known', 3)")
    yield connection
    await connection.close()


@pytest.fixture
async def connection(bus):
    """The provisioner's."""
    found = await connect(bus.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    yield found
    await found.close()


@pytest.fixture
def stream(connection):
    return connection.jetstream(timeout=10)


@pytest.fixture
async def tell(bus):
    """Puts facts of targets on the bus, each as key and number."""
    connection = await connect(bus.url("targets"), inbox_prefix=b"_INBOX.targets")

    async def told(*facts):
        for key, number in facts:
            headers = {"ce-partitionkey": key, "ce-sequence": str(number)}
            await connection.request("targets.set.v1.36.02.22.000.000", b"{}", headers=headers, timeout=5)

    yield told
    await connection.close()


async def counters(sql):
    return {row["partitionkey"]: row["sequence"] for row in await sql.fetch("SELECT * FROM aggregates")}


async def noted(sql, connection):
    """What the relay notes with each receipt."""
    info = json.loads((await connection.request("$JS.API.STREAM.INFO.TARGETS")).data)
    await sql.execute(
        "UPDATE told SET stream_made_at = $1, last_sequence = $2", info["created"], info["state"]["last_seq"]
    )


async def told_again(sql):
    return await sql.fetchval("SELECT stream_made_at IS NULL FROM told")


async def test_what_the_record_does_not_have_goes_from_the_bus_and_is_numbered_above(sql, connection, stream, tell):
    await tell(("known", 3))
    await noted(sql, connection)
    await tell(("known", 4), ("known", 5), ("unknown", 2))
    await agree(connection, "targets", sql, restored=True)
    assert await counters(sql) == {"known": 5, "unknown": 2}
    with pytest.raises(nats.js.errors.NotFoundError):
        await stream.stream_info("TARGETS")
    assert await told_again(sql)


async def test_a_stream_that_has_nothing_more_than_the_record_stays(sql, connection, stream, tell):
    await tell(("known", 2))
    await noted(sql, connection)
    await tell(("known", 3))
    await agree(connection, "targets", sql, restored=True)
    assert await counters(sql) == {"known": 3}
    assert (await stream.stream_info("TARGETS")).state.messages == 2
    assert not await told_again(sql)


async def test_a_stream_that_was_made_anew_since_the_backup_is_looked_through_whole(sql, connection, stream, tell):
    await tell(("known", 4))
    await sql.execute("UPDATE told SET stream_made_at = 'then', last_sequence = 1")
    await agree(connection, "targets", sql, restored=True)
    assert await counters(sql) == {"known": 4}


async def test_where_both_are_lost_so_many_numbers_are_passed_over(sql, connection, stream):
    await stream.delete_stream("TARGETS")
    await agree(connection, "targets", sql, restored=True)
    assert await counters(sql) == {"known": 3 + JUMP}
    assert await told_again(sql)


async def test_where_the_bus_alone_is_lost_numbers_go_on(sql, connection, stream):
    await stream.delete_stream("TARGETS")
    await agree(connection, "targets", sql, restored=False)
    assert await counters(sql) == {"known": 3}
    assert await told_again(sql)


async def test_after_a_restore_everything_that_was_posted_is_heard_again_and_otherwise_nothing(sql, connection, stream):
    async def durables():
        return {one.name for one in await stream.consumers_info("INTAKE")}

    before = await durables()
    await agree(connection, "targets", sql, restored=False)
    assert await durables() == before
    await agree(connection, "targets", sql, restored=True)
    assert before - await durables() == {"targets-intake-progress"}
