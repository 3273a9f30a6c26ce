"""Outreach and disputes are counted by division and year; between whom a dispute is, is told in no fact (C1)."""

import pytest

from contracts.patrol import DisputeRecorded, ListOutreach, OutreachRecorded, RecordDispute, RecordOutreach
from contracts.roster import PostStated
from services.patrol.service import patrol
from tests.patrol.areas_and_reports import EAST, STATED, WEST
from tests.patrol.chiefs import OFFICE, TOWN, china, post
from tests.patrol.test_clearance import ask, refused
from tests.servers import transaction
from tests.telling import hear, heard


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn, china(2020, 6, 10, 9)) as tx:
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])
        posts = [PostStated(post=one) for one in (OFFICE, post("t-1", "chief", TOWN))]
        await hear(patrol, tx, [heard(one, "roster", n) for n, one in enumerate(posts, 1)])
        yield tx


def outreach(id="o-1", **more):
    stated = {"id": id, "division": WEST, "on": "2020-06-10", "place": "村部", "topics": ("wildlife_ban",)}
    return RecordOutreach.model_validate({**stated, "households": 30, "people": 55, "materials": 120, **more})


def dispute(id="d-1", **more):
    stated = {"id": id, "division": WEST, "on": "2020-06-10", "place": "二组", "parties": ("甲某", "乙某")}
    about = {"about": "wildlife_damage", "way": "mediation", "text": "野猪毁田，乙某补偿甲某"}
    return RecordDispute.model_validate({**stated, **about, **more})


def counts(totals):
    return totals.year, totals.activities, totals.households, totals.people, totals.materials


async def test_an_activity_is_told_with_what_its_division_comes_to_in_its_year(tx):
    (fact,) = (await ask(tx, outreach())).news
    assert (type(fact), counts(fact.totals)) == (OutreachRecorded, (2020, 1, 30, 55, 120))
    (fact,) = (await ask(tx, outreach("o-2", households=5, on="2020-01-01"))).news
    assert counts(fact.totals) == (2020, 2, 35, 110, 240)
    (fact,) = (await ask(tx, outreach("o-3", on="2019-12-31"))).news
    assert counts(fact.totals) == (2019, 1, 30, 55, 120)
    (fact,) = (await ask(tx, outreach("o-4", division=EAST))).news
    assert counts(fact.totals) == (2020, 1, 30, 55, 120)


async def test_what_is_recorded_anew_counts_once_and_the_same_again_tells_nothing(tx):
    await ask(tx, outreach())
    assert list((await ask(tx, outreach())).news) == []
    (fact,) = (await ask(tx, outreach(households=31))).news
    assert counts(fact.totals) == (2020, 1, 31, 55, 120)


async def test_no_fact_and_no_answer_that_is_kept_says_between_whom_a_dispute_is(tx):
    answer = await ask(tx, dispute())
    (fact,) = answer.news
    assert (type(fact), fact.totals.disputes, fact.totals.settled) == (DisputeRecorded, 1, 1)
    kept = answer.body.model_dump_json() + fact.model_dump_json()
    assert [word for word in ("甲某", "乙某", "野猪", "二组") if word in kept] == []


async def test_only_a_chief_office_of_the_place_reads_between_whom(tx):
    await ask(tx, dispute())
    (seen,) = (await ask(tx, ListOutreach(year=2020))).body.disputes
    assert (seen.parties, seen.place, seen.text) == (("甲某", "乙某"), "二组", "野猪毁田，乙某补偿甲某")
    (seen,) = (await ask(tx, ListOutreach(year=2020), "p-t-1")).body.disputes
    assert (seen.about, seen.parties, seen.place, seen.text) == ("wildlife_damage", (), None, None)


async def test_a_dispute_counts_as_settled_once_it_is(tx):
    (fact,) = (await ask(tx, dispute(settled=False))).news
    assert (fact.totals.disputes, fact.totals.settled) == (1, 0)
    (fact,) = (await ask(tx, dispute())).news
    assert (fact.totals.disputes, fact.totals.settled) == (1, 1)


async def test_what_is_listed_is_of_a_year_and_of_a_division_and_those_below(tx):
    for one in (outreach(), outreach("o-2", division=EAST, households=1), outreach("o-3", on="2019-12-31")):
        await ask(tx, one)
    shown = (await ask(tx, ListOutreach(year=2020), division=TOWN)).body
    assert (counts(shown.activities), [one.id for one in shown.outreach]) == ((2020, 2, 31, 110, 240), ["o-1", "o-2"])
    shown = (await ask(tx, ListOutreach(year=2020), division=EAST)).body
    assert counts(shown.activities) == (2020, 1, 1, 55, 120)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (outreach(topics=("gossip",)), ("topics.0", "one_of")),
        (outreach(on="2020-06-11"), ("on", "not_after_today")),
        (dispute(about="gossip"), ("about", "one_of")),
        (dispute(way="duel"), ("way", "one_of")),
    ],
)
async def test_what_breaks_a_rule_is_refused_by_its_field(tx, asked, wrong):
    assert await refused(tx, asked) == (422, [wrong])


async def test_a_record_stays_in_its_division_and_is_made_by_a_chief_office(tx):
    await ask(tx, outreach())
    assert await refused(tx, outreach(division=EAST)) == (422, [("division", "stays")])
    assert await refused(tx, outreach("o-9"), "p-t-1") == (403, [("subject", "actor_must_be")])
