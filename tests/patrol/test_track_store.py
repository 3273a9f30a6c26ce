"""What of a terminal's stored points has a vote on a batch, and what is remembered of what was refused."""

from datetime import timedelta

import pytest

from contracts.cases import CaseClosed
from services.patrol.kept.point import us_of
from services.patrol.service import patrol
from services.patrol.track import store as track_store
from services.patrol.track.points import read_points
from tests.cases import county
from tests.patrol.areas_and_reports import LAT, METRE, NOW, reported, walked
from tests.telling import hear, heard

T = NOW - timedelta(hours=1)


def at(n):
    return T + timedelta(seconds=15 * n)


@pytest.mark.parametrize(
    ("sent", "voting"),
    [
        ((20,), range(10, 31)),
        ((20, 22), range(10, 33)),
        ((20.5,), range(11, 31)),
        ((2,), range(13)),
        ((38,), range(28, 40)),
    ],
)
async def test_ten_stored_points_on_either_side_and_those_between_have_a_vote(tx, sent, voting):
    walk = [(117.05 + n * METRE, LAT, at(n)) for n in range(40)]
    await hear(patrol, tx, [walked("b-1", walk), walked("b-2", walk, terminal="t-2")])
    batch = read_points([walked("b-3", [(117.05, LAT, at(n)) for n in sent])], NOW)
    (terminal,) = (await track_store.lock_terminals(tx, batch)).values()
    assert [us for us, _, _ in terminal.stored] == [us_of(at(n)) for n in voting]


async def test_what_was_refused_of_one_terminal_is_remembered_of_that_one_alone(tx):
    jump = [(117.05, LAT, at(0)), (118.05, LAT, at(1)), (117.05, LAT, at(2))]
    calm = [(117.05, LAT, at(0)), (117.05, LAT, at(1))]
    await hear(patrol, tx, [walked("b-1", jump), walked("b-2", calm, terminal="t-2")])
    batches = read_points([walked("b-3", calm), walked("b-4", calm, terminal="t-2")], NOW)
    doubted = {key: one.doubted for key, one in (await track_store.lock_terminals(tx, batches)).items()}
    assert doubted == {("acme", "t-1"): ((us_of(at(1)), 118.05, LAT),), ("acme", "t-2"): ()}


async def test_a_fact_without_a_number_resolves_nothing_that_a_numbered_one_has_said(tx):
    ((_, located),) = await hear(patrol, tx, [reported("a")])
    closed = CaseClosed(case=county.closed_case(located.incident), by="p-1", at=NOW)
    for sequence, resolved in ((None, False), (1, True)):
        await hear(patrol, tx, [heard(closed, "cases", sequence=sequence)])
        assert await tx.sql.fetchval("SELECT resolved FROM incidents") is resolved
