"""How many of the rangers use the system: who counts, what is use of it, and where."""

from datetime import UTC, date, datetime

import pytest

from contracts.language.division import Division
from contracts.patrol import ShowUse
from contracts.roster import PostStated
from services.patrol.kept import clock as kept_clock
from services.patrol.service import patrol
from tests.patrol.areas_and_reports import EAST, WEST
from tests.patrol.rounds import (
    BEGIN,
    DAY,
    HOUR,
    MINUTE,
    OTHER,
    RANGER,
    SECOND,
    ask,
    batch,
    fixes,
    ground,
    held,
    hold,
    post,
    refused,
    report,
    reports,
)
from tests.telling import hear, heard

TOWN = Division("360222104000")
FIRST, LAST = date(2020, 6, 1), date(2020, 6, 15)
MIDNIGHT = datetime(2020, 5, 31, 16, 0, tzinfo=UTC)
"""When June begins in China."""


@pytest.fixture
async def tx(dsn):
    async with ground(dsn, RANGER, OTHER) as tx:
        yield tx


async def use(tx, division=TOWN, first=FIRST, last=LAST):
    return (await ask(tx, ShowUse(first=first, last=last), "operator", division)).body


def figures(one):
    return one.rangers, one.used, one.by_points, one.by_patrols, one.vacant, one.share


async def restate(tx, *posts):
    await hear(patrol, tx, [heard(PostStated(post=one), "roster", n) for n, one in enumerate(posts, 50)])


async def begin(tx, at, terminal="t-1", id="w-1"):
    await reports(tx, report(id, "begin", at, terminal))


async def test_used_it_has_who_began_a_patrol_or_carried_a_terminal_whose_points_were_kept(tx):
    assert figures((await use(tx)).whole) == (2, 0, 0, 0, 0, 0)
    await begin(tx, BEGIN)
    assert figures((await use(tx)).whole) == (2, 1, 0, 1, 0, 0.5)
    await hold(tx, "t-2", "p-r-2", "r-2")
    await reports(tx, batch("b-1", fixes(BEGIN, 30)), batch("b-2", fixes(BEGIN, 30), "t-2"))
    shown = await use(tx)
    assert figures(shown.whole) == (2, 2, 2, 1, 0, 1)
    assert [(one.division, figures(one)) for one in shown.parts] == [
        (WEST, (1, 1, 1, 1, 0, 1)),
        (EAST, (1, 1, 1, 0, 0, 1)),
    ]
    assert shown.points_from == LAST - 1096 * DAY


@pytest.mark.parametrize(
    ("at", "used"), [(MIDNIGHT - SECOND, 0), (MIDNIGHT, 1), (MIDNIGHT + DAY - SECOND, 1), (MIDNIGHT + DAY, 0)]
)
async def test_a_period_is_of_days_in_china_for_points_and_for_patrols(tx, at, used):
    tx.now = at + HOUR
    await begin(tx, at)
    await reports(tx, batch("b-1", fixes(at, 0)))
    tx.now = BEGIN
    found = (await use(tx, first=FIRST, last=FIRST)).whole
    assert (found.by_points, found.by_patrols, found.used) == (used, used, used)


async def test_points_are_of_who_carried_the_terminal_also_once_they_are_packed(tx):
    """Handed over at noon of the second of June, and taken away from the other in the evening."""
    noon = MIDNIGHT + DAY + 12 * HOUR
    await hold(tx, "t-1", "p-r-2", "r-2", noon)
    await hold(tx, "t-1", "p-nobody", "r-nobody", noon + 6 * HOUR)
    tx.now = noon + HOUR
    await reports(tx, batch("b-1", fixes(noon + MINUTE, 0)))
    for packed in (False, True):
        tx.now = BEGIN if not packed else BEGIN + 30 * DAY
        if packed:
            await kept_clock.seal_days(tx)
            assert await tx.sql.fetchval("SELECT count(*) FROM packed_days") == 1
        assert [(one.division, one.by_points) for one in (await use(tx)).parts] == [(WEST, 0), (EAST, 1)]
    assert (await use(tx, first=date(2020, 6, 3))).whole.by_points == 0


async def test_whole_packed_days_count_without_being_read(tx):
    tx.now = MIDNIGHT + HOUR
    await reports(tx, batch("b-1", fixes(MIDNIGHT, 0)))
    tx.now = BEGIN + 30 * DAY
    await kept_clock.seal_days(tx)
    assert (await use(tx, first=FIRST, last=FIRST)).whole.by_points == 1
    assert (await use(tx, first=date(2020, 5, 31), last=date(2020, 5, 31))).whole.by_points == 0
    assert (await use(tx, first=date(2020, 6, 2))).whole.by_points == 0


@pytest.mark.parametrize(
    ("first", "last", "ended_on", "rangers", "vacant"),
    [
        (date(2020, 6, 15), None, None, 1, 0),
        (date(2020, 6, 16), None, None, 0, 1),
        (date(2020, 1, 1), date(2020, 6, 1), None, 1, 0),
        (date(2020, 1, 1), date(2020, 5, 31), None, 0, 1),
        (date(2020, 1, 1), None, date(2020, 6, 1), 1, 0),
        (date(2020, 1, 1), None, date(2020, 5, 31), 0, 0),
    ],
)
async def test_a_ranger_is_a_post_that_somebody_held_on_a_day_of_the_period(tx, first, last, ended_on, rangers, vacant):
    gone = [one.model_copy(update={"ended_on": date(2019, 12, 31)}) for one in (RANGER, OTHER)]
    one = post("r-3", "ranger", WEST, f"{WEST}-g1", held("p-3", first, last)).model_copy(update={"ended_on": ended_on})
    supervisor = post("s-1", "resource_supervisor", WEST, WEST)
    await restate(tx, *gone, one, supervisor)
    found = (await use(tx)).whole
    assert (found.rangers, found.vacant) == (rangers, vacant)
    assert found.share == (0 if rangers else None)


async def test_who_changed_in_between_is_one_ranger_and_what_another_took_back_is_none(tx):
    first = held("p-a", date(2020, 1, 1), date(2020, 6, 5))
    second = held("p-b", date(2020, 6, 6))
    wrong = held("p-c").model_copy(update={"superseded_at": datetime(2020, 1, 1, tzinfo=UTC)})
    await restate(
        tx,
        post("r-1", "ranger", WEST, f"{WEST}-g1", first, second),
        post("r-2", "ranger", EAST, f"{EAST}-g1", wrong),
    )
    assert figures((await use(tx)).whole) == (1, 0, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2020, 6, 2), date(2020, 6, 1), "last"),
        (date(2020, 6, 1), date(2020, 6, 16), "last"),
        (date(2019, 6, 14), date(2020, 6, 15), "first"),
    ],
)
async def test_a_period_is_over_or_ends_today_and_is_a_year_at_most(tx, first, last, field):
    wrong = await refused(tx, ShowUse(first=first, last=last), "operator")
    assert [one["field"] for one in wrong.errors] == [field]
    await use(tx, first=date(2019, 6, 16), last=date(2020, 6, 15))
