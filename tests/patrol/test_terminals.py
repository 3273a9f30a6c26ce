"""Terminals: clocks that run wrong, rounds without network, what phones say of themselves, and who carries them."""

import json
from datetime import timedelta

import pytest

from contracts.language.division import Division
from contracts.patrol import (
    Carrying,
    ClockDoubted,
    HoldTerminal,
    ListTerminals,
    ReturnTerminal,
    TerminalChanged,
    TerminalHeld,
    TrackBatch,
    TrackStored,
)
from services.patrol.kept import store as kept_store
from services.patrol.kept.point import MOCK
from services.patrol.service import patrol
from services.patrol.terminal import store as terminal_store
from services.patrol.terminal.holding import hold
from services.patrol.track.law import FILTER
from services.runtime.messages import Refused
from services.runtime.problem import Problem
from tests.patrol.areas_and_reports import LAT, METRE, NOW, WEST
from tests.telling import answered, asking, hear, heard

LIMITS = FILTER.shipped.newest

DAY, YEAR, MOMENT = timedelta(days=1), timedelta(days=365), timedelta(microseconds=1)


def batch(id, begin, count=10, terminal="t-1", source="acme", every_s=30, **more):
    points = [
        {"lon": 117.05 + n * METRE, "lat": LAT, "at": (begin + timedelta(seconds=every_s * n)).isoformat()}
        for n in range(count)
    ]
    stated = {"batch_id": id, "terminal": terminal, "datum": "cgcs2000", "points": points, **more}
    return heard(TrackBatch.model_validate_json(json.dumps(stated)), source)


def clock(shown_at, received_at):
    return {"shown_at": shown_at.isoformat(), "received_at": received_at.isoformat()}


def told(news):
    """Facts by kind, and the codes of what was refused."""
    return [
        tuple(problem.code for problem in one.problems) if isinstance(one, Refused) else type(one[1]) for one in news
    ]


async def test_the_sender_of_a_terminal_a_year_ahead_is_told_once_and_again_only_after_it_was_right(tx):
    ahead = NOW + YEAR
    news = await hear(patrol, tx, [batch("b-1", ahead)])
    assert told(news) == [TrackStored, ClockDoubted, ("clock_ahead",)]
    assert (news[0][1].kept, news[0][1].refused) == (0, {"future": 10})
    assert news[1][1].ahead_s == 365 * 86_400 + 270
    assert told(await hear(patrol, tx, [batch("b-2", ahead + DAY)])) == [TrackStored]
    assert told(await hear(patrol, tx, [batch("b-3", NOW - DAY)])) == [TrackStored]
    assert told(await hear(patrol, tx, [batch("b-4", ahead + 2 * DAY)])) == [
        TrackStored,
        ClockDoubted,
        ("clock_ahead",),
    ]


async def test_a_terminal_of_which_some_points_are_right_has_no_wrong_clock(tx):
    news = await hear(patrol, tx, [batch("b-1", NOW + LIMITS.future - timedelta(seconds=30), count=3)])
    assert (told(news), news[0][1].refused) == ([TrackStored], {"future": 1})


async def test_a_terminal_behind_by_a_month_is_told_as_behind(tx):
    news = await hear(patrol, tx, [batch("b-1", NOW - timedelta(days=31))])
    assert told(news) == [TrackStored, ClockDoubted, ("clock_behind",)]
    assert news[1][1].ahead_s == -31 * 86_400 + 270


@pytest.mark.parametrize("off", [YEAR, -YEAR, timedelta(seconds=90), timedelta(days=-7168)])
async def test_times_are_corrected_by_what_the_sender_declares_of_the_clock(tx, off):
    begin = NOW - timedelta(hours=1)
    stated = batch("b-1", begin + off, clock=clock(NOW + off, NOW))
    ((_, found),) = await hear(patrol, tx, [stated])
    assert (found.kept, found.first_at, found.corrected_s) == (10, begin, -off.total_seconds())
    assert await hear(patrol, tx, [stated]) == []


@pytest.mark.parametrize(
    ("received_at", "codes"),
    [
        (NOW + LIMITS.future, None),
        (NOW + LIMITS.future + MOMENT, ("received_between",)),
        (NOW - LIMITS.offline_older_than, None),
        (NOW - LIMITS.offline_older_than - MOMENT, ("received_between",)),
    ],
)
async def test_a_clock_that_was_read_at_no_possible_time_is_refused_and_nothing_is_stored(tx, received_at, codes):
    news = await hear(patrol, tx, [batch("b-1", NOW, clock=clock(received_at, received_at)), batch("b-2", NOW - DAY)])
    assert (codes in told(news)) is (codes is not None)
    alone = await hear(patrol, tx, [batch("b-3", NOW, clock=clock(received_at, received_at))])
    assert (codes in told(alone)) is (codes is not None)
    assert await tx.sql.fetchval("SELECT count(*) FROM batches") == (3 if codes is None else 1)


async def test_a_round_without_network_of_nine_days_ago_is_taken_where_it_is_declared(tx):
    begin = NOW - timedelta(days=9)
    ((_, plain), *_) = await hear(patrol, tx, [batch("b-1", begin, count=60)])
    assert (plain.kept, plain.refused) == (0, {"too_old": 60})
    ((_, declared),) = await hear(patrol, tx, [batch("b-2", begin, count=60, offline_round=True)])
    assert (declared.kept, declared.refused) == (60, {})


@pytest.mark.parametrize(("earlier", "kept"), [(timedelta(0), 1), (MOMENT, 0)])
async def test_a_round_without_network_is_taken_up_to_the_limit(tx, earlier, kept):
    begin = NOW - LIMITS.offline_older_than - earlier
    ((_, found), *_) = await hear(patrol, tx, [batch("b-1", begin, count=1, offline_round=True)])
    assert found.kept == kept


async def test_made_up_positions_are_kept_counted_and_marked(tx):
    stated = batch("b-1", NOW - DAY, count=3)
    for point, mock in zip(stated.body.points, (True, False, "true"), strict=True):
        point["mock"] = mock
    ((_, found),) = await hear(patrol, tx, [stated])
    assert (found.kept, found.mocked) == (3, 1)
    number = await tx.sql.fetchval("SELECT number FROM terminals")
    (points,) = await kept_store.track(tx.sql, [(number, NOW - 2 * DAY, NOW)])
    assert points["marks"].tolist() == [MOCK, 0, 0]


async def test_what_a_phone_says_of_itself_is_told_when_it_changes(tx):
    saver = {"interval_s": 30, "battery_saver": True, "location_permission": "while_in_use"}
    news = await hear(patrol, tx, [batch("b-1", NOW - DAY, state=saver)])
    assert told(news) == [TrackStored, TerminalChanged]
    assert (news[1][1].before, news[1][1].state.battery_saver) == (None, True)
    assert told(await hear(patrol, tx, [batch("b-2", NOW - DAY, state=saver), batch("b-3", NOW - DAY)])) == [
        TrackStored,
        TrackStored,
    ]
    news = await hear(patrol, tx, [batch("b-4", NOW - DAY, state={**saver, "battery_saver": False})])
    assert (news[1][1].before.battery_saver, news[1][1].state.battery_saver) == (True, False)


def held(person, first, last=None):
    at = NOW + first * DAY
    return Carrying(person_id=person, post_id=f"post-{person}", carried_from=at, carried_to=last and NOW + last * DAY)


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ((), held("a", 0), (held("a", 0),)),
        ((held("a", 0),), held("b", 5), (held("a", 0, 5), held("b", 5))),
        ((held("a", 0),), held("b", 5, 6), (held("a", 0, 5), held("b", 5, 6), held("a", 6))),
        ((held("a", 0),), held("a", 5), (held("a", 0),)),
        ((held("a", 1, 5),), held("b", 1, 5), (held("b", 1, 5),)),
        ((held("a", 1, 3), held("b", 3, 5)), held("c", 2, 4), (held("a", 1, 2), held("c", 2, 4), held("b", 4, 5))),
        ((held("a", 1, 3),), held("b", 3, 5), (held("a", 1, 3), held("b", 3, 5))),
        ((held("a", 3, 5),), held("b", 1, 3), (held("b", 1, 3), held("a", 3, 5))),
        ((held("a", 3),), held("b", 1), (held("b", 1),)),
    ],
)
def test_a_terminal_is_in_one_hand_at_a_time_and_what_is_said_later_holds(before, new, after):
    assert hold(before, new) == after


async def holding(tx, person, first, last=None, actor="operator", source="acme", terminal="t-1"):
    ask = HoldTerminal(
        source=source,
        terminal=terminal,
        division=WEST,
        person_id=person,
        post_id=f"post-{person}",
        carried_from=first,
        carried_to=last,
    )
    return await answered(patrol, tx, asking(ask, actor, Division("360222000000")))


async def test_points_count_for_whoever_held_the_terminal_when_they_were_taken_whenever_they_come(tx):
    handed_over = NOW - timedelta(minutes=2)
    await holding(tx, "old", NOW - DAY)
    answer = await holding(tx, "new", handed_over)
    assert [type(one) for one in answer.news] == [TerminalHeld]
    assert (await holding(tx, "new", handed_over)).news == ()
    await hear(patrol, tx, [batch("b-1", NOW - timedelta(minutes=4), count=9)])
    found = {}
    for person in ("old", "new", "nobody"):
        spans = await terminal_store.carried(tx, person, NOW - 2 * DAY, NOW + DAY)
        found[person] = [len(one) for one in await kept_store.track(tx.sql, spans)]
    assert found == {"old": [4], "new": [5], "nobody": []}


async def test_another_phone_carried_for_an_hour_counts_for_who_carried_it(tx):
    await holding(tx, "owner", NOW - DAY)
    await holding(tx, "borrower", NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    spans = await terminal_store.carried(tx, "owner", NOW - 2 * DAY, NOW)
    assert [(first, before) for _, first, before in spans] == []
    await hear(patrol, tx, [batch("b-1", NOW - timedelta(hours=3), count=4, every_s=3600)])
    spans = await terminal_store.carried(tx, "owner", NOW - 2 * DAY, NOW + DAY)
    assert [len(one) for one in await kept_store.track(tx.sql, spans)] == [1, 2]


@pytest.mark.parametrize(("actor", "last", "status"), [("p-1", None, 403), ("operator", NOW, 422)])
async def test_only_the_operator_says_who_carries_a_terminal_and_for_some_time(tx, actor, last, status):
    with pytest.raises(Problem) as refused:
        await holding(tx, "a", NOW, last, actor)
    assert refused.value.status == status


async def given_back(tx, at, actor="operator"):
    ask = ReturnTerminal(source="acme", terminal="t-1", division=WEST, returned_at=at)
    return await answered(patrol, tx, asking(ask, actor, Division("360222000000")))


async def test_a_terminal_that_is_given_back_is_in_nobodys_hands_from_then_on(tx):
    await holding(tx, "a", NOW, NOW + DAY)
    await holding(tx, "b", NOW + 2 * DAY)
    answer = await given_back(tx, NOW + 3 * DAY)
    (told,) = answer.news
    assert told.carriers == answer.body.carriers == (held("a", 0, 1), held("b", 2, 3))
    assert not (await given_back(tx, NOW + 3 * DAY)).news
    assert (await given_back(tx, NOW + 2 * DAY)).body.carriers == (held("a", 0, 1),)
    with pytest.raises(Problem):
        await given_back(tx, NOW, "zhang")


async def test_terminals_are_listed_by_whom_they_are_with_or_were(tx):
    await holding(tx, "a", NOW, NOW + DAY)
    await holding(tx, "b", NOW + DAY)

    async def listed(**asked):
        answer = await answered(patrol, tx, asking(ListTerminals(**asked), "operator", Division("360222000000")))
        return [one.carriers for one in answer.body.terminals], answer.body.more

    both = (held("a", 0, 1), held("b", 1))
    assert await listed() == await listed(person_id="a") == await listed(post_id="post-b") == ([both], False)
    assert await listed(person_id="c") == await listed(source="other") == ([], False)
    with pytest.raises(Problem):
        await answered(patrol, tx, asking(ListTerminals(), "zhang", Division("360222000000")))


async def test_terminals_are_listed_page_by_page_by_source_and_terminal(tx):
    for source, terminal in (("b", "t-1"), ("a", "t-2"), ("a", "t-1")):
        await holding(tx, "a", NOW, source=source, terminal=terminal)

    async def listed(**asked):
        answer = await answered(patrol, tx, asking(ListTerminals(**asked), "operator", Division("360222000000")))
        return [(one.source, one.terminal) for one in answer.body.terminals], answer.body.more

    assert await listed(limit=2) == ([("a", "t-1"), ("a", "t-2")], True)
    assert await listed(limit=2, after_source="a", after_terminal="t-2") == ([("b", "t-1")], False)
    assert await listed(source="a", after_terminal="t-1") == ([("a", "t-2")], False)
    assert await listed(after_source="b", after_terminal="t-1") == ([], False)
