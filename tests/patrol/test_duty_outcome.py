"""Before a rule table is taken up it is said which posts would gain or lose which duties."""

from datetime import date

import pytest

from contracts.every_service import TakeUpLaw
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.patrol import DutyOpened, ListDuties
from services.patrol.service import patrol
from services.runtime.answering.laws import answering_of
from tests.patrol.chiefs import TOWN, ask, china, enrol, post, put, said, table_text, ticks
from tests.patrol.variants import MONTHLY
from tests.servers import transaction
from tests.telling import asking

ANSWERS = answering_of("patrol", patrol.laws, patrol.weighing)
THRICE = {**MONTHLY, "count": 3}
TWO_CHIEFS = f"chief@{TOWN} (2)"


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn, china(2020, 6, 1, 9)) as tx:
        await put(tx, {"a": MONTHLY})
        await enrol(tx, post("t-1"), post("t-2"), post("s-1", "station"), post("t-0", ended_on=date(2020, 5, 1)))
        await ticks(tx, china(2020, 6, 1, 9))
        tx.now = china(2020, 6, 15, 9)
        yield tx


async def outcome(tx, rules, *amendments):
    command = TakeUpLaw(text=table_text(rules, amendments))
    return (await ANSWERS[TakeUpLaw](tx, asking(command, OPERATOR, UNKNOWN, tx.now))).body.outcome


def found(outcome):
    return {one.kind: (one.appear, one.vanish, one.otherwise, one.first) for one in outcome.effects}


async def test_each_post_counts_that_gains_loses_or_has_a_duty_otherwise(tx):
    told = await outcome(tx, {"a": THRICE, "b": MONTHLY, "c": {**MONTHLY, "roles": ["station"]}})
    assert found(told) == {
        "a": (0, 0, 2, (f"~ {TWO_CHIEFS}",)),
        "b": (2, 0, 0, (f"+ {TWO_CHIEFS}",)),
        "c": (1, 0, 0, (f"+ station@{TOWN} (1)",)),
    }
    assert (told.on, told.looked_at, told.of) == (date(2020, 6, 15), 4, 4)
    assert found(await outcome(tx, {})) == {"a": (0, 2, 0, (f"- {TWO_CHIEFS}",))}


async def test_it_counts_from_the_first_day_of_an_amendment(tx):
    amendment = {"from_on": "2022-01-01", "version": "10", "source": "s", "rules": {"a": None}}
    told = await outcome(tx, {"a": MONTHLY}, amendment)
    assert (told.on, found(told)) == (date(2022, 1, 1), {"a": (0, 2, 0, (f"- {TWO_CHIEFS}",))})


async def test_a_rule_that_asks_nothing_of_anybody_here_has_no_outcome(tx):
    assert found(await outcome(tx, {"a": MONTHLY, "b": {**MONTHLY, "roles": ["ranger"]}})) == {}


async def test_nothing_is_opened_closed_or_taken_up_by_it(tx):
    before = (await ask(tx, ListDuties())).body
    await outcome(tx, {"b": THRICE})
    assert (await ask(tx, ListDuties())).body == before
    assert await tx.sql.fetchval("SELECT count(*) FROM laws") == 1


async def test_it_is_what_the_clock_opens_in_the_next_period(tx):
    told = found(await outcome(tx, {"b": MONTHLY}))
    await put(tx, {"b": MONTHLY})
    await ticks(tx, china(2020, 6, 15, 10))
    opened = said(await ticks(tx, china(2020, 7, 1, 9)), DutyOpened)
    assert sorted((id, rule, day) for _, id, rule, day in opened) == [
        ("t-1", "b", "2020-07-01"),
        ("t-2", "b", "2020-07-01"),
    ]
    assert (told["a"][:3], told["b"][:3]) == ((0, 2, 0), (2, 0, 0))
