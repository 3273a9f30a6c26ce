"""What may leave from memory: the first fact of an aggregate and the next after the last one told, and nothing else."""

import pytest

from services.runtime.telling.fresh import MOST_AGGREGATES, MOST_BYTES, Fresh
from services.runtime.telling.outbox import Written


@pytest.fixture
def fresh():
    return Fresh(("targets.",), 10)


def row(key, sequence, body=b"{}", subject="targets.recorded.v1.36"):
    return Written(0, subject, key, sequence, "", body)


def leave(fresh, most=100):
    wave, missed = fresh.wave(most)
    for one in wave:
        fresh.told(one)
    return [(one.partitionkey, one.sequence) for one in wave], missed


def test_facts_of_an_aggregate_leave_one_in_a_wave_from_the_first_on(fresh):
    assert fresh.keep([row("a", 1), row("a", 2), row("b", 1), row("a", 3)])
    assert [leave(fresh) for _ in range(4)] == [
        ([("a", 1), ("b", 1)], False),
        ([("a", 2)], False),
        ([("a", 3)], False),
        ([], False),
    ]


@pytest.mark.parametrize("told", [None, 3, 1])
def test_a_fact_before_which_something_is_missing_is_left_to_the_table_and_so_are_those_after_it(fresh, told):
    if told is not None:
        fresh.told(row("a", told))
    fresh.keep([row("a", 5), row("a", 6)])
    assert [leave(fresh), leave(fresh)] == [([], True), ([], False)]


def test_the_next_after_what_the_table_has_told_leaves_and_what_it_has_told_does_not_leave_again(fresh):
    fresh.told(row("a", 4))
    fresh.keep([row("a", 3), row("a", 4), row("a", 5)])
    assert leave(fresh) == ([("a", 5)], False)


def test_what_is_left_to_the_table_does_not_leave_again_however_many_aggregates_are_told_meanwhile(fresh):
    fresh.keep([row("a", 1), row("b", 1)])
    fresh.leave()
    fresh.told(row("a", 1))
    for n in range(MOST_AGGREGATES + 1):
        fresh.told(row(f"other-{n}", 1))
    assert leave(fresh) == ([], False)
    assert fresh.keep([row("c", 1)])
    assert leave(fresh) == ([("c", 1)], False)


def test_a_fact_without_its_receipt_holds_back_those_after_it(fresh):
    fresh.keep([row("a", 1), row("a", 2)])
    assert [one.sequence for one in fresh.wave(10)[0]] == [1]
    assert leave(fresh) == ([], True)


def test_a_wave_is_no_larger_than_asked_and_the_others_come_after_it_in_their_order(fresh):
    fresh.keep([row(key, 1) for key in "abc"] + [row("a", 2)])
    assert [leave(fresh, most=2) for _ in range(3)] == [
        ([("a", 1), ("b", 1)], False),
        ([("c", 1), ("a", 2)], False),
        ([], False),
    ]


def test_what_goes_to_a_stream_of_many_writers_is_left_to_the_table(fresh):
    assert not fresh.keep([row("m-1", None, subject="rejected.acme.progress.v1"), row("a", 1)])
    assert leave(fresh) == ([("a", 1)], False)


def test_no_more_are_held_than_there_is_room_for_and_what_finds_none_holds_back_those_after_it(fresh):
    assert fresh.keep([row("a", n) for n in range(1, 10)])
    assert not fresh.keep([row("a", 10), row("b", 1)])
    assert fresh.keep([row("c", 1)])
    assert leave(fresh) == ([("a", 1), ("c", 1)], False)


def test_bytes_count_too_and_are_given_back_when_a_fact_leaves(fresh):
    half = bytes(MOST_BYTES // 2)
    assert fresh.keep([row("a", 1, half), row("b", 1, half)])
    assert not fresh.keep([row("c", 1, b"x")])
    assert leave(fresh) == ([("a", 1), ("b", 1)], False)
    assert fresh.keep([row("c", 1, half), row("d", 1, half)])
    fresh.forget()
    assert fresh.keep([row("e", 1, half), row("f", 1, half)])


def test_what_is_forgotten_leaves_everything_but_first_facts_to_the_table(fresh):
    fresh.keep([row("a", 1)])
    fresh.told(row("b", 1))
    fresh.forget()
    assert leave(fresh) == ([], False)
    fresh.keep([row("b", 2), row("c", 1)])
    assert leave(fresh) == ([("c", 1)], True)


def test_of_aggregates_that_were_told_of_longest_ago_nothing_is_known_any_more(fresh):
    fresh.told(row("a", 1))
    for n in range(MOST_AGGREGATES - 1):
        fresh.told(row(f"t-{n}", 1))
    fresh.told(row("a", 2))
    fresh.told(row("new", 1))
    fresh.keep([row("a", 3), row("t-0", 2), row("t-1", 2)])
    assert leave(fresh) == ([("a", 3), ("t-1", 2)], True)
