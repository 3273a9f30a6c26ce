"""Who holds a post, and who acts while nobody does: told on the day, whenever it was recorded."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from contracts.language.division import UNKNOWN, Division
from contracts.language.values import PersonRef
from contracts.roster import Appoint, EnrolAreas, EnrolPosts, ListStandIns, StandIn, WhoAnswers
from services.roster.holder.clock import tell_holders
from services.roster.post.post import appoint as appointed
from services.roster.service import roster
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction
from tests.roster.areas_and_posts import AREAS, EAST, TOWN, WEST, ask, held, post
from tests.servers import NOW, transaction
from tests.telling import answered

CHIEF = post(TOWN, "chief", None, held("p-a", held_to="2020-06-20"))
OFFICE = post(TOWN, "office", None, held("p-office"))
EMPTY = post(WEST, "village_chief")


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        await answered(roster, tx, ask(EnrolAreas(areas=AREAS)))
        await answered(roster, tx, ask(EnrolPosts(posts=(CHIEF, OFFICE, EMPTY))))
        assert await tell_holders(tx) == []
        yield tx


def at(tx, day, hour=2):
    return Transaction(
        tx.sql, datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=hour)
    )


async def appoint(tx, person, held_from, held_to=None, post_id=CHIEF.id, now=None):
    command = Appoint(
        post_id=post_id, person_id=person, person_name=f"岗位 {person}", held_from=held_from, held_to=held_to
    )
    return await answered(roster, now or tx, ask(command))


async def stand_in(tx, person, first, last, post_id=CHIEF.id, actor="operator", division=UNKNOWN):
    command = StandIn(
        post_id=post_id, person_id=person, person_name=person and "代行人", first=first, last=last, reason="未到任"
    )
    return (await answered(roster, tx, ask(command, actor, division))).body


async def told(tx, day, hour=2):
    """By the clock on that day: who holds each post that is told of, since when, after whom, and who acts."""
    facts = await tell_holders(at(tx, day, hour))
    return [
        (
            one.holding.post.id,
            one.holding.post.holder and one.holding.post.holder.id,
            str(one.holding.since),
            one.holding.before and one.holding.before.id,
            one.holding.acting and (one.holding.acting.person.id if one.holding.acting.person else "unit"),
        )
        for one in facts
    ]


async def test_what_was_enrolled_is_known_and_told_no_second_time(tx):
    assert await told(tx, "2020-06-15") == []
    assert await told(tx, "2020-06-20", 15) == []


async def test_a_vacancy_is_told_from_midnight_in_china_and_its_unit_acts(tx):
    assert await told(tx, "2020-06-20", 16) == [(CHIEF.id, None, "2020-06-21", "p-a", "unit")]
    assert await told(tx, "2020-06-21") == []


async def test_a_change_of_holder_on_a_future_day_is_told_on_that_day_and_not_before(tx):
    await appoint(tx, "p-b", "2020-06-21")
    assert await told(tx, "2020-06-20", 15) == []
    assert await told(tx, "2020-06-20", 16) == [(CHIEF.id, "p-b", "2020-06-21", "p-a", None)]


async def test_a_change_that_is_recorded_late_is_told_at_once_with_its_day(tx):
    assert len(await told(tx, "2020-06-25")) == 1
    await appoint(tx, "p-b", "2020-06-22", now=at(tx, "2020-06-26"))
    assert await told(tx, "2020-06-26") == [(CHIEF.id, "p-b", "2020-06-22", None, None)]


async def test_a_clock_that_was_away_tells_how_it_is_now(tx):
    await appoint(tx, "p-b", "2020-06-21", "2020-06-30")
    await appoint(tx, "p-c", "2020-07-05")
    assert await told(tx, "2020-08-01") == [(CHIEF.id, "p-c", "2020-07-05", None, None)]


async def test_a_named_stand_in_acts_on_the_named_days_of_a_vacancy_and_the_unit_on_the_others(tx):
    await stand_in(tx, "p-deputy", "2020-06-20", "2020-06-25")
    found = {day: await told(tx, day) for day in ("2020-06-20", "2020-06-21", "2020-06-25", "2020-06-26")}
    assert found == {
        "2020-06-20": [],
        "2020-06-21": [(CHIEF.id, None, "2020-06-21", "p-a", "p-deputy")],
        "2020-06-25": [],
        "2020-06-26": [(CHIEF.id, None, "2020-06-21", "p-a", "unit")],
    }


async def test_of_two_stand_ins_for_a_day_the_last_recorded_counts_and_none_named_is_the_unit(tx):
    for person in ("p-x", "p-y"):
        await stand_in(tx, person, "2020-06-01", "2020-06-30", EMPTY.id)
    assert [one[4] for one in await told(tx, "2020-06-15")] == ["p-y"]
    await stand_in(tx, None, "2020-06-16", "2020-06-17", EMPTY.id)
    assert [[one[4] for one in await told(tx, f"2020-06-{n}")] for n in (16, 17, 18)] == [["unit"], [], ["p-y"]]


async def test_who_answers_says_who_acts_as_it_was_known_then(tx):
    later = at(tx, "2020-06-16")
    await stand_in(later, "p-x", "2020-06-01", "2020-06-30", EMPTY.id)

    async def acting(known_at=None):
        command = WhoAnswers(lon=117.05, lat=29.05, at=NOW, known_at=known_at)
        told = (await answered(roster, later, ask(command))).body
        return [(one.post_id, one.person and one.person.id, one.unit.id) for one in told.acting]

    unit = EMPTY.unit.id
    assert await acting() == [(EMPTY.id, "p-x", unit)]
    assert await acting(NOW) == [(EMPTY.id, None, unit)]


async def test_a_post_that_ends_or_moves_is_told_as_ended_where_it_was(tx):
    await answered(roster, tx, ask(EnrolPosts(posts=(EMPTY.model_copy(update={"ended_on": date(2020, 6, 18)}),))))
    assert await told(tx, "2020-06-18") == []
    (ended,) = await tell_holders(at(tx, "2020-06-19"))
    assert (ended.holding.post.id, ended.holding.ended) == (EMPTY.id, True)
    await answered(roster, tx, ask(EnrolPosts(posts=(CHIEF.model_copy(update={"area_id": EAST, "division": EAST}),))))
    facts = await tell_holders(at(tx, "2020-06-19"))
    assert [(one.holding.post.division, one.holding.ended) for one in facts] == [(TOWN, True), (EAST, False)]


async def test_an_office_names_who_stands_in_within_its_area_and_nobody_else_does(tx):
    assert (
        await stand_in(tx, "p-x", "2020-06-21", "2020-06-30", actor="p-office", division=TOWN)
    ).acting.person.id == "p-x"
    with pytest.raises(Problem) as refused:
        await stand_in(tx, "p-x", "2020-06-21", "2020-06-30", actor="p-a", division=TOWN)
    assert refused.value.word == "not-the-office"
    with pytest.raises(Problem) as refused:
        await stand_in(tx, "p-x", "2020-06-21", "2020-06-30", post_id="nobody")
    assert refused.value.status == 404


DAYS = [date(2020, 6, 1) + timedelta(days=n) for n in range(30)]


class Wall:
    """A calendar on a wall: on each day at most one paper with a name; nobody's history but photographs of it."""

    def __init__(self):
        self.papers, self.photographs, self.count = {}, [], 0

    def appoint(self, person, first, last):
        """Whether it can be: nobody else may begin on its days after the first."""
        if any(paper[1] > first and (last is None or paper[1] <= last) for paper in self.papers.values()):
            return False
        mine = self.papers.get(first)
        for day in [day for day, paper in self.papers.items() if paper == mine and day >= first]:
            del self.papers[day]
        self.count += 1
        for day in DAYS:
            if day >= first and (last is None or day <= last):
                self.papers[day] = (person, first, self.count)
        return True


@pytest.mark.parametrize("number", range(60))
def test_any_interleaving_of_changes_and_late_records_answers_as_a_calendar_on_a_wall(number):
    chance = Random(number)
    wall, stands, now = Wall(), CHIEF.model_copy(update={"appointments": ()}), NOW
    photographs = []
    for _ in range(12):
        now += timedelta(hours=chance.randrange(1, 200))
        first = chance.choice(DAYS)
        last = chance.choice([None, first, first + timedelta(days=chance.randrange(12))])
        person = f"p-{chance.randrange(4)}"
        live = [one for one in stands.appointments if one.superseded_at is None]
        if any((one.person.id, one.held_from, one.held_to) == (person, first, last) for one in live):
            continue
        try:
            after = appointed(stands, PersonRef(id=person, name="某人"), first, last, now)
        except Problem:
            after = None
        assert wall.appoint(person, first, last) is (after is not None)
        stands = after or stands
        photographs.append((now, {day: paper[0] for day, paper in wall.papers.items()}))
    for taken_at, names in photographs:
        found = {day: stands.holder_on(day, taken_at) for day in DAYS}
        assert {day: one.id for day, one in found.items() if one is not None} == names
    assert {day: one.id for day in DAYS if (one := stands.holder_on(day)) is not None} == photographs[-1][1]


async def test_who_was_named_to_stand_in_is_listed_the_latest_first_by_post_day_and_place(tx):
    await stand_in(tx, "p-deputy", "2020-06-20", "2020-06-25")
    await stand_in(tx, None, "2020-06-22", "2020-06-30", EMPTY.id)

    async def listed(division=UNKNOWN, **asked):
        answer = await answered(roster, tx, ask(ListStandIns(**asked), "operator", division))
        return [one.person and one.person.id for one in answer.body.stand_ins]

    assert await listed() == [None, "p-deputy"]
    assert await listed(post_id=CHIEF.id) == ["p-deputy"]
    days = ("2020-06-19", "2020-06-20", "2020-06-22", "2020-06-25", "2020-06-26", "2020-07-01")
    assert [await listed(on=day) for day in days] == [
        [],
        ["p-deputy"],
        [None, "p-deputy"],
        [None, "p-deputy"],
        [None],
        [],
    ]
    assert await listed(Division("360281000000")) == []
