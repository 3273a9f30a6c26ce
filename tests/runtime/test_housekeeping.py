"""What is forgotten by its age, and what never is."""

import asyncio

import asyncpg
import pytest
from prometheus_client import REGISTRY

from services.runtime.replica.state import State
from services.runtime.settings import Settings
from services.runtime.tables.housekeeping import keep_house
from tests.servers import migrated
from tests.waiting import until

KEPT_DAYS, OUTBOX_DAYS = 120, 30
AREA = "roster.area.v1.36.02.22.104.201.{}"
DONE = "roster.dead_lettered.v1.00.00.00.000.000"
NOBODY = Settings(nats_url="nats://127.0.0.1:1", database_url="postgresql://127.0.0.1/none")


@pytest.fixture
async def house():
    async with asyncpg.create_pool(await migrated("roster"), min_size=1, max_size=2) as pool:
        state = State("roster", (), NOBODY)
        state.kept = pool
        yield state


async def kept(house):
    """One round of housekeeping, which goes on for ever."""
    await house.kept.execute(
        """
        INSERT INTO outbox (message_id, subject, partitionkey, headers, body, made_at)
        VALUES ('due', $1, 'due', '{}', '', '-infinity')
        """,
        DONE,
    )
    keeping = asyncio.create_task(keep_house(house))

    async def done():
        # The outbox comes last, and the oldest row of all is always due.
        return keeping.done() or not await house.kept.fetchval("SELECT count(*) FROM outbox WHERE message_id = 'due'")

    await until(done)
    while not keeping.done():
        # Once is not enough: asyncio.wait_for of Python 3.11 forgets it when what it waited for has just come.
        keeping.cancel()
        await asyncio.wait([keeping], timeout=0.1)
    assert keeping.cancelled()


@pytest.mark.served
async def test_the_ids_of_messages_their_failures_and_answers_are_kept_longer_than_streams_keep_messages(house):
    for days in (KEPT_DAYS - 1, KEPT_DAYS + 1):
        at = f"now() - make_interval(days => {days})"
        await house.kept.execute(
            f"""
            INSERT INTO inbox (consumer, source, message_id, digest, handled_at) VALUES ('c', 's', '{days}', '', {at});
            INSERT INTO attempts (consumer, source, message_id, attempts, reason, last_at)
                VALUES ('c', 's', '{days}', 1, '', {at});
            INSERT INTO answers (actor, message_id, command_digest, body, given_at) VALUES ('a', '{days}', '', '', {at})
            """
        )
    await kept(house)
    for table in ("inbox", "attempts", "answers"):
        rows = await house.kept.fetch(f"SELECT message_id FROM {table}")
        assert [row["message_id"] for row in rows] == [str(KEPT_DAYS - 1)], table


@pytest.mark.served
async def test_of_what_was_told_the_newest_state_of_each_thing_and_whatever_is_unsent_stay_for_ever(house):
    old, young = OUTBOX_DAYS + 1, OUTBOX_DAYS - 1
    for name, subject, days in (
        ("area-1 before", AREA.format("a-1"), old),
        ("area-1 now", AREA.format("a-1"), old),
        ("area-2", AREA.format("a-2"), old),
        ("letter old", DONE, old),
        ("letter unsent", DONE, old),
        ("letter young", DONE, young),
    ):
        await house.kept.execute(
            """
            INSERT INTO outbox (message_id, subject, partitionkey, headers, body, made_at)
            VALUES ($1, $2, $1, '{}', '', now() - make_interval(days => $3))
            """,
            name,
            subject,
            days,
        )
    await house.kept.execute(
        "INSERT INTO unsent SELECT id, partitionkey FROM outbox WHERE message_id = 'letter unsent'"
    )
    await house.kept.execute("UPDATE told SET stream_made_at = 'some day'")
    await kept(house)
    rows = await house.kept.fetch("SELECT message_id FROM outbox ORDER BY id")
    assert [row["message_id"] for row in rows] == ["area-1 now", "area-2", "letter unsent", "letter young"]
    assert REGISTRY.get_sample_value("linzhang_outbox_unsent_messages") == 1
    assert REGISTRY.get_sample_value("linzhang_outbox_oldest_age_seconds") > old * 86_400 - 1


@pytest.mark.served
async def test_housekeeping_waits_while_the_database_is_away(house):
    house.database.open("away")
    keeping = asyncio.create_task(keep_house(house))
    await house.kept.close()
    done, _ = await asyncio.wait([keeping], timeout=0.1)
    assert not done
    house.database.close()
    done, _ = await asyncio.wait([keeping], timeout=0.5)
    assert not done, "a closed pool is told as the database that is away"
    keeping.cancel()
