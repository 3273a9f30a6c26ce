"""Small parts that much leans on: ids, traces, legible text, the breaker, the clock of the bus."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import nats
import pytest

from services.runtime.breaker import Breaker, is_away
from services.runtime.clock import SUBJECT, Clock
from services.runtime.ids import child_of, uuid7
from services.runtime.saying.legible import legible, legible_headers
from tests.servers import NOW
from tests.waiting import until

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{}"


def test_a_message_id_is_a_uuid_of_version_7_that_says_when_it_was_made():
    """RFC 9562, 5.7."""
    before = time.time_ns() // 1_000_000
    ids = [uuid7() for _ in range(200)]
    after = time.time_ns() // 1_000_000
    form = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert [one for one in ids if not form.fullmatch(one)] == []
    assert all(before <= int(one.replace("-", "")[:12], 16) <= after for one in ids)
    assert len({one[14:] for one in ids}) == 200
    assert {one[19] for one in ids} == set("89ab")
    for place in (15, 16, 17, 20, 35):
        assert len({one[place] for one in ids}) > 8, place


def test_a_span_goes_on_in_the_trace_of_what_caused_it_with_its_flags():
    """W3C Trace Context, 3.2."""
    for flags in ("00", "01", "02", "03"):
        child = child_of(PARENT.format(flags))
        assert re.fullmatch(rf"00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{{16}}-{flags}", child)
        assert child.split("-")[2] != "b7ad6b7169203331"


@pytest.mark.parametrize("stated", ["01" + PARENT.format("01")[2:], "fe" + PARENT.format("01")[2:] + "-more"])
def test_a_trace_that_a_later_version_states_goes_on_as_one_of_this_version(stated):
    """W3C Trace Context, 3.2.2: what follows the flags, and flags that are not known yet, are left out."""
    assert re.fullmatch(r"00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01", child_of(stated))
    assert child_of(PARENT.format("fd")).endswith("-01")
    assert child_of(PARENT.format("fc")).endswith("-00")


@pytest.mark.parametrize(
    "stated",
    [
        None,
        "",
        "x",
        PARENT.format("01") + "0",
        PARENT.format("01") + "-more",
        PARENT.format("01") + "\n",
        "ff" + PARENT.format("01")[2:],
        "01" + PARENT.format("01")[2:] + "more",
        PARENT.format("01").upper(),
        PARENT.format("01").replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        PARENT.format("01").replace("b7ad6b7169203331", "0" * 16),
    ],
)
def test_what_is_no_trace_begins_a_new_one_that_is_recorded(stated):
    made = {child_of(stated) for _ in range(20)}
    assert [one for one in made if not re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", one)] == []
    assert len({one.split("-")[1] for one in made}) == 20


@pytest.mark.parametrize(
    ("text", "at_most", "shown"),
    [
        ("林长", 2, "林长"),
        ("林长办", 2, "林…"),
        ("", 0, ""),
        ("a\nb", 10, r"a\x0ab"),
        ("\x7f\x9f\x20\xa0", 20, "\\x7f\\x9f \xa0"),
        ("\udc80\udcff\udc7f\udd00", 40, r"\x80\xff\udc7f\udd00"),
        ("\u2028\u202e\u202f\u2066\ufffe", 60, "\\u2028\\u202e\u202f\\u2066\\ufffe"),
        ("\n\n", 4, r"\x0…"),
        ("\n", 4, r"\x0a"),
    ],
)
def test_any_text_is_shown_on_one_line_and_no_longer_than_it_may_be(text, at_most, shown):
    assert legible(text, at_most) == shown


def test_headers_are_legible_by_name_and_by_value():
    shown = legible_headers({"a\n" + "n" * 2000: "v\n" + "v" * 70_000})
    ((name, value),) = shown.items()
    assert (name[:6], len(name), value[:6], len(value)) == (r"a\x0an", 1000, r"v\x0av", 65_536)


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (asyncpg.ConnectionDoesNotExistError(), True),
        (asyncpg.InterfaceError("pool is closed"), True),
        (asyncpg.AdminShutdownError(), True),
        (asyncpg.CrashShutdownError(), True),
        (asyncpg.TooManyConnectionsError(), True),
        (asyncpg.DiskFullError(), True),
        (asyncpg.OutOfMemoryError(), True),
        (asyncpg.InvalidPasswordError(), True),
        (asyncpg.ReadOnlySQLTransactionError(), True),
        (asyncpg.InternalClientError(), True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (asyncpg.DataError("invalid input"), False),
        (asyncpg.UniqueViolationError(), False),
        (asyncpg.DeadlockDetectedError(), False),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"), False),
        (KeyError("area"), False),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_says_that_the_database_is_at_fault_and_not_the_message(error, away):
    assert is_away(error) == away


@pytest.mark.served
async def test_an_open_breaker_holds_everybody_until_its_probe_succeeds():
    tried = []

    async def probe():
        tried.append(breaker.is_open)
        if len(tried) < 3:
            raise OSError("still away")

    breaker = Breaker("database", probe)
    await breaker.closed()
    breaker.open("away")
    breaker.open("away again")
    waiting = [asyncio.create_task(breaker.closed()) for _ in range(3)]
    await asyncio.wait(waiting)
    assert (tried, breaker.is_open) == ([True, True, True], False)


async def test_a_breaker_without_a_probe_is_closed_by_whoever_knows():
    breaker = Breaker("bus")
    breaker.open("away")
    waiting = asyncio.create_task(breaker.closed())
    await asyncio.sleep(0)
    assert (breaker.is_open, waiting.done()) == (True, False)
    breaker.close()
    await asyncio.wait_for(waiting, 60)
    breaker.close()
    assert not breaker.is_open


async def test_a_clock_that_follows_the_bus_stands_still_between_two_moves_and_never_goes_back(plain_nats):
    bus = await nats.connect(plain_nats)
    stream = bus.jetstream()
    await stream.add_stream(name="CLOCK", subjects=[SUBJECT], max_msgs_per_subject=1, allow_direct=True)
    await stream.publish(SUBJECT, NOW.isoformat().encode())
    clock = Clock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    await clock.follow(bus)
    assert (clock.now(), clock.now().tzinfo) == (NOW, UTC)
    move = clock.next_move()
    await stream.publish(SUBJECT, (NOW - timedelta(days=1)).isoformat().encode())
    later = NOW + timedelta(days=1)
    await stream.publish(SUBJECT, later.astimezone(tz=None).isoformat().encode())

    async def moved():
        return move.is_set()

    await until(moved)
    assert clock.now() == later
    assert not clock.next_move().is_set()
    await clock.wait(60, move)
    await clock.wait(0.01, clock.next_move())
    await stream.delete_stream("CLOCK")
    await bus.close()


async def test_a_clock_of_a_bus_that_has_told_none_is_the_systems(plain_nats):
    bus = await nats.connect(plain_nats)
    clock = Clock()
    await clock.follow(bus)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    await bus.close()
