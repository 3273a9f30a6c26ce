"""What becomes of the messages of a batch, and what is counted and said of it."""

import asyncio

import asyncpg
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from contracts.language.intake import Problem
from services.runtime.breaker import Breaker
from services.runtime.hearing.pull import Pull
from services.runtime.messages import Refused
from tests.runtime.parts_of_targets import PROGRESS, parts_of_targets, progress
from tests.runtime.test_stack_outbox import fact
from tests.servers import migrated
from tests.waiting import until

FAILS = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{0}'; END $$;
CREATE TRIGGER fail BEFORE INSERT ON attempts FOR EACH ROW EXECUTE FUNCTION fail();
"""
COUNTED = ("handled", "refused", "repeated", "elsewhere", "failed", "dead")


@pytest.fixture
async def parts(bus):
    async with parts_of_targets(bus, await migrated("targets"), retry_first_s=60.0) as parts:
        yield parts


async def nothing(_tx, _heard):
    return []


def counted():
    labels = ({"consumer_name": PROGRESS.name, "outcome": outcome} for outcome in COUNTED)
    found = [REGISTRY.get_sample_value("linzhang_messages_total", one) or 0 for one in labels]
    again = REGISTRY.get_sample_value("linzhang_messages_redelivered_total", {"consumer_name": PROGRESS.name}) or 0
    return dict(zip((*COUNTED, "again"), (*found, again), strict=True))


async def counts_of(work):
    before = counted()
    await work
    return {name: number - before[name] for name, number in counted().items() if number != before[name]}


def posted():
    labels = ({"source": "acme", "outcome": outcome} for outcome in ("handled", "refused"))
    return [REGISTRY.get_sample_value("linzhang_posted_total", one) or 0 for one in labels]


async def test_what_a_source_posts_counts_once_as_handled_or_as_refused(parts):
    async def refuse_b(_tx, heard):
        wrong = (Problem(field="body", rule="none"),)
        return [Refused(one, wrong) for one in heard if one.body.external_id == "b"]

    async def raises(_tx, _heard):
        raise asyncpg.DataError("never")

    pull, before = await parts.pull(), posted()
    for body, message_id in ((progress("a"), "p-1"), (progress("a"), "p-1"), (progress("b"), None), ({"no": 1}, None)):
        await parts.post(body, message_id=message_id, **{"Nats-Msg-Id": None})
    await parts.handling(refuse_b).settle(pull, await parts.taken(pull, 4))
    assert [now - was for now, was in zip(posted(), before, strict=True)] == [1, 2]
    await parts.post(progress("c"))
    await parts.handling(raises).settle(pull, await parts.taken(pull, 1))
    assert [now - was for now, was in zip(posted(), before, strict=True)] == [1, 3]


async def test_each_message_of_a_batch_counts_once_by_what_became_of_it(parts):
    async def refuse_b(_tx, heard):
        wrong = (Problem(field="body", rule="none"),)
        return [Refused(one, wrong) for one in heard if one.body.external_id == "b"]

    pull = await parts.pull()
    for body, message_id in ((progress("a"), "m-1"), (progress("a"), "m-1"), (progress("b"), None), ({"no": 1}, None)):
        await parts.post(body, message_id=message_id, **{"Nats-Msg-Id": None})
    batch = await parts.taken(pull, 4)
    handling = parts.handling(refuse_b)
    assert await counts_of(handling.settle(pull, batch)) == {"handled": 1, "refused": 2, "repeated": 1}
    assert await counts_of(handling.settle(pull, batch)) == {"repeated": 4}


async def test_what_comes_again_is_counted_as_such(parts):
    pull = await parts.pull()
    await parts.post(progress("a"), progress("b"))
    first, second = await parts.taken(pull, 2)
    await pull.put_off(first, 0.01)
    (again,) = await parts.taken(pull, 1)
    assert await counts_of(parts.handling(nothing).settle(pull, [again, second])) == {"handled": 2, "again": 1}


@pytest.mark.parametrize(
    ("error", "reason"), [(ConnectionResetError("gone"), "gone"), (TimeoutError(), "TimeoutError")]
)
async def test_while_the_database_is_away_a_message_waits_and_its_failure_is_not_counted(parts, error, reason):
    async def fails_once(_tx, _heard):
        tries.append(breaker.is_open)
        if len(tries) == 1:
            raise error
        return []

    async def back():
        pass

    tries, breaker = [], Breaker("database", back)
    pull = await parts.pull()
    await parts.post(progress("a"))
    (one,) = await parts.taken(pull, 1)
    with capture_logs() as said:
        await parts.handling(fails_once, breaker=breaker).settle(pull, [one])
    opened = [line["reason"] for line in said if line["event"] == "breaker open"]
    assert (tries, opened) == ([False, False], [reason])
    assert await parts.rows("SELECT (SELECT count(*) FROM attempts), (SELECT count(*) FROM inbox)") == [(0, 1)]


async def test_a_failure_that_the_database_cannot_note_now_is_noted_when_it_is_back(parts):
    async def fails(_tx, _heard):
        tries.append(breaker.is_open)
        raise RuntimeError("cannot be handled yet")

    async def back():
        await parts.rows("DROP TRIGGER IF EXISTS fail ON attempts")

    tries, breaker = [], Breaker("database", back)
    pull = await parts.pull()
    await parts.post(progress("a"))
    taken = await parts.taken(pull, 1)
    async with parts.pool.acquire() as sql:
        await sql.execute(FAILS.format("53100"))
    with capture_logs() as said:
        await parts.handling(fails, breaker=breaker).settle(pull, taken)
    assert [line["reason"] for line in said if line["event"] == "breaker open"] == ["not now"]
    assert tries == [False, False]
    assert await parts.rows("SELECT attempts FROM attempts") == [(1,)]


async def test_a_failure_that_the_database_will_never_note_is_nobodys_to_swallow(parts):
    """The process ends by it, loudly, and the message comes again."""

    async def fails(_tx, _heard):
        raise RuntimeError("cannot be handled yet")

    pull = await parts.pull()
    await parts.post(progress("a"))
    taken = await parts.taken(pull, 1)
    async with parts.pool.acquire() as sql:
        await sql.execute(FAILS.format("P0001"))
    with pytest.raises(asyncpg.RaiseError):
        async with asyncio.timeout(60):
            await parts.handling(fails).settle(pull, taken)
    assert (await parts.state()).num_ack_pending == 1


class Noting(Pull):
    """Writes down for how long messages are put off."""

    def __init__(self, *of):
        super().__init__(*of)
        self.delays = []

    async def put_off(self, message, delay_s):
        self.delays.append(delay_s)
        await super().put_off(message, delay_s)


async def test_a_message_is_put_off_for_longer_each_time_and_given_up_at_its_last_attempt(bus):
    async def fails(_tx, _heard):
        raise RuntimeError("cannot be handled yet")

    async with parts_of_targets(
        bus, await migrated("targets"), retry_first_s=60.0, retry_longest_s=300.0, max_attempts=5
    ) as one:
        pull, handling = Noting(one.client, PROGRESS, 512), one.handling(fails)
        await pull.start()
        await one.post(progress("a"), message_id="m-1")
        taken = await one.taken(pull, 1)
        with capture_logs() as said:
            for _ in range(4):
                assert await counts_of(handling.settle(pull, taken)) == {"failed": 1}
            assert await one.rows("SELECT count(*) FROM dead_letters") == [(0,)]
            assert await counts_of(handling.settle(pull, taken)) == {"dead": 1}
        assert pull.delays == [60.0, 120.0, 240.0, 300.0]
        assert await one.rows("SELECT attempts, cause FROM dead_letters") == [(5, "RuntimeError")]

        async def ended():
            return (await one.state()).num_ack_pending == 0

        await until(ended)
    about = {
        "durable": PROGRESS.name,
        "subject": "intake.acme.progress.v1",
        "correlation": "m-1",
        "reason": f"RuntimeError: in {__name__}.fails, line {fails.__code__.co_firstlineno + 1}",
    }
    put_off = [line for line in said if line["event"] == "put off"]
    assert put_off == [
        {**about, "event": "put off", "log_level": "warning", "attempts": attempts, "delay_s": delay_s}
        for attempts, delay_s in enumerate(pull.delays, 1)
    ]
    (ended,) = [line for line in said if line["event"] == "dead letter"]
    assert {name: ended[name] for name in about} == about
    assert (ended["attempts"], type(ended["exc_info"])) == (5, RuntimeError)


async def test_what_the_sender_is_told_of_is_logged_with_a_traceback_only_where_our_own_code_raised(parts):
    async def overflows(_tx, _heard):
        raise OverflowError("too large")

    pull = await parts.pull()
    await parts.post(progress("a"), message_id="m-2", **{"ce-correlationid": "c-1"})
    taken = await parts.taken(pull, 1)
    with capture_logs() as said:
        assert await counts_of(parts.handling(overflows).settle(pull, taken)) == {"refused": 1}
    (line,) = [line for line in said if line["event"] == "refused"]
    assert (line["correlation"], line["attempts"], type(line["exc_info"])) == ("c-1", 1, OverflowError)


async def test_a_batch_comes_to_its_handler_in_the_order_of_what_it_locks(parts):
    async def note(_tx, heard):
        seen.append([one.body.external_id for one in heard])
        return []

    seen = []
    pull = await parts.pull()
    await parts.post(*(progress(name) for name in ("c", "a", "b")))
    batch = await parts.taken(pull, 3)
    await parts.handling(note, locks="external_id").settle(pull, batch)
    assert seen == [["a", "b", "c"]]


async def test_what_is_committed_wakes_the_relay_where_it_is_to_be_told_and_is_acknowledged(parts):
    async def tell_of_b(_tx, heard):
        return [(one, fact(one.body.external_id, "t-1")) for one in heard if one.body.external_id == "b"]

    pull = await parts.pull()
    await parts.post(progress("a"), progress("b"))
    handling = parts.handling(tell_of_b)
    for one, woken in zip(await parts.taken(pull, 2), (False, True), strict=True):
        await handling.settle(pull, [one])
        assert parts.relay._wake.is_set() == woken

    async def acknowledged():
        return (await parts.state()).ack_floor.stream_seq == 2

    await until(acknowledged)
