"""What a service is made of: its declaration, refused commands as problems, reference data that it keeps."""

import gc
import weakref
from dataclasses import dataclass
from functools import partial
from itertools import permutations

import pytest

from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.language.rules import broken
from contracts.targets import ProgressReport, SetTarget, ShowPlan, TargetSet
from contracts.wiring.table import COMMANDS, HEARS
from services.runtime.problem import Problem
from services.runtime.reference.kept import keep_newest
from services.runtime.reference.view import View, Views
from services.runtime.service import Room, Service, WiringDiffers
from services.runtime.transaction import Transaction
from tests.servers import NOW, migrated, transaction
from tests.telling import asking
from tests.turns import committed

COUNTY, TOWN, OTHER = Division("360222000000"), Division("360222104000"), Division("360281000000")


async def nothing(tx, heard: list):
    return []


def declared(*, without=(), besides=()):
    """Targets with all handlers but some."""
    room = Room()
    room.hears(*(one for one in (*HEARS["targets"], *besides) if one not in without))(nothing)
    room.answers(*(one for one in COMMANDS["targets"] if one not in without))(nothing)
    return Service("targets", room)


def test_a_service_whose_handlers_are_those_of_the_wiring_is_checked_in_silence():
    assert declared().check() is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"without": (ProgressReport,)},
            "targets: has no handler for ProgressReport, which it hears by contracts/wiring/table.py",
        ),
        (
            {"without": (ShowPlan,)},
            "targets: has no handler for ShowPlan, which it answers by contracts/wiring/table.py",
        ),
        ({"besides": (TargetSet,)}, "targets: hears TargetSet, which contracts/wiring/table.py does not say"),
        (
            {"without": (SetTarget,), "besides": (TargetSet,)},
            "targets: hears TargetSet, which contracts/wiring/table.py does not say; "
            "has no handler for SetTarget, which it answers by contracts/wiring/table.py",
        ),
    ],
)
def test_a_service_whose_handlers_differ_from_the_wiring_says_each_difference(changes, told):
    with pytest.raises(WiringDiffers) as differs:
        declared(**changes).check()
    assert str(differs.value) == told


def test_what_two_rooms_hear_or_answer_is_told():
    one, other = Room(), Room()
    one.hears(*HEARS["targets"])(nothing)
    one.answers(*COMMANDS["targets"])(nothing)
    other.hears(ProgressReport)(nothing)
    other.answers(ShowPlan)(nothing)
    with pytest.raises(WiringDiffers) as differs:
        Service("targets", one, other).check()
    assert str(differs.value) == "targets: hears ProgressReport in 2 rooms; answers ShowPlan in 2 rooms"


async def test_a_handler_of_one_event_is_given_each_of_a_batch_and_its_news_name_their_cause():
    room = Room()

    @room.hears(ProgressReport)
    async def twice(tx, heard: str):
        return [f"{heard}-1", f"{heard}-2"]

    told = await Service("targets", room).subscriptions[0].handler(None, ["a", "b"])
    assert told == [("a", "a-1"), ("a", "a-2"), ("b", "b-1"), ("b", "b-2")]


TITLES = {
    400: "The request is not valid",
    403: "Not allowed",
    404: "Not found",
    409: "In conflict with the present state",
    413: "The request is too large",
    422: "The request breaks a rule",
    500: "The service failed",
    503: "The service cannot answer now",
    418: "teapot",
}


@pytest.mark.parametrize(("status", "title"), TITLES.items())
def test_a_problem_has_the_title_of_its_status_or_its_own_word(status, title):
    rule = broken("within_subject")
    problem = Problem(status, "teapot", rule, errors=[{"field": "a", "rule": rule}], moves_allowed=["verify"])
    reply = problem.reply("m-1")
    assert (reply.type, reply.title, reply.status) == ("urn:linzhang:problem:teapot", title, status)
    assert (reply.detail, reply.instance, len(reply.errors)) == (str(rule), "m-1", 1)
    assert (reply.state, reply.moves_allowed) == (None, ("verify",))
    assert Problem(status, "teapot", rule).reply(None).moves_allowed is None


@pytest.mark.parametrize(
    ("division", "of", "lawful"),
    [
        (COUNTY, COUNTY, True),
        (COUNTY, TOWN, True),
        (TOWN, COUNTY, False),
        (COUNTY, OTHER, False),
        (UNKNOWN, TOWN, True),
    ],
)
def test_the_thing_asked_about_lies_in_or_under_the_division_of_the_subject(division, of, lawful):
    ask = asking(ShowPlan(year=2020), OPERATOR, division)
    if lawful:
        assert ask.require_within(of) is None
        return
    with pytest.raises(Problem) as refused:
        ask.require_within(of)
    assert (refused.value.status, refused.value.word) == (403, "outside-division")
    assert refused.value.errors[0]["field"] == "subject"


@dataclass(frozen=True)
class Thing:
    id: str
    says: str

    def model_dump_json(self):
        return f'{{"says": "{self.says}"}}'


@pytest.fixture
async def tx():
    async with transaction(await migrated("cases")) as tx:
        yield tx


async def kept(tx, *states):
    changed = await keep_newest(tx, "posts", states)
    rows = await tx.sql.fetch("SELECT id, sequence, body->>'says' AS says FROM posts ORDER BY id")
    return changed, [tuple(row) for row in rows]


@pytest.mark.served
@pytest.mark.parametrize(
    "order", list(permutations([(2, Thing("a", "two")), (3, Thing("a", "three")), (1, Thing("a", "one"))]))
)
async def test_the_newest_state_of_a_thing_is_kept_in_whatever_order_facts_come(tx, order):
    assert await kept(tx, *order) == (True, [("a", 3, "three")])
    assert await kept(tx, (3, Thing("a", "again")), (2, Thing("a", "late"))) == (False, [("a", 3, "three")])
    assert await kept(tx, (4, Thing("a", "four")), (2, Thing("b", "new"))) == (
        True,
        [("a", 4, "four"), ("b", 2, "new")],
    )


@pytest.mark.served
async def test_a_state_without_a_sequence_is_older_than_any_that_has_one(tx):
    assert await kept(tx, (None, Thing("a", "unknown"))) == (True, [("a", 0, "unknown")])
    assert await kept(tx, (1, Thing("a", "one")), (None, Thing("a", "unknown"))) == (True, [("a", 1, "one")])


@pytest.mark.served
async def test_a_view_is_built_anew_when_its_rows_have_changed_and_not_before(tx):
    built = []

    async def load(sql):
        built.append(await sql.fetchval("SELECT count(*) FROM posts"))
        return len(built)

    view = View(load)
    assert [await tx.see(view), await tx.see(view)] == [1, 1]
    await kept(tx, (1, Thing("a", "one")))
    assert await tx.see(view) == 1
    await tx.change_views()
    assert [await tx.see(view), await tx.see(view), built] == [2, 2, [0, 1]]


async def counted(sql):
    return await sql.fetchval("SELECT count(*) FROM posts")


@pytest.mark.served
async def test_a_transaction_sees_what_it_has_changed_itself_and_another_does_once_it_has_committed():
    dsn, view, begin = await migrated("cases"), View(counted), partial(Transaction, views=Views())
    async with transaction(dsn, begin=begin) as other:
        assert await other.see(view) == 0
        async with committed(dsn, begin=begin) as tx:
            assert await tx.see(view) == 0
            await kept(tx, (1, Thing("a", "one")))
            await tx.change_views()
            assert await tx.see(view) == 1
            assert await begin(other.sql, NOW).see(view) == 0
        assert await begin(other.sql, NOW).see(view) == 1


@pytest.mark.served
async def test_what_was_built_from_rows_that_were_rolled_back_is_not_kept():
    dsn, view, begin = await migrated("cases"), View(counted), partial(Transaction, views=Views())
    async with transaction(dsn, begin=begin) as tx:
        await kept(tx, (1, Thing("a", "one")), (1, Thing("b", "two")))
        await tx.change_views()
        assert await tx.see(view) == 2
    async with committed(dsn, begin=begin) as tx:  # as many changes as were rolled back
        await kept(tx, (1, Thing("a", "one")))
        await tx.change_views()
    async with transaction(dsn, begin=begin) as tx:
        assert await tx.see(view) == 1


class Knot:
    """Garbage that only the collector finds."""

    def __init__(self):
        self.itself = self


@pytest.mark.served
async def test_what_a_view_holds_is_spared_the_collector_and_what_nobody_holds_is_collected_before(tx):
    async def load(sql):
        knots.append(weakref.ref(Knot()))
        return ["held"]

    knots, frozen = [], gc.get_freeze_count()
    gc.disable()
    try:
        await tx.see(View(load))
    finally:
        gc.enable()
    assert knots[0]() is None
    assert gc.get_freeze_count() > frozen
