"""Dead pines that are cleared count for the targets that have it counted: each tree once, less what is sent back."""

from decimal import Decimal
from itertools import permutations

import pytest

from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.patrol import ClearanceEntry, ClearanceRecorded, ClearanceVerified, Cleared, PlotRef
from contracts.targets import Allocate, Amounts, ProgressRecorded, SetTarget, ShowPlan, Target
from services.runtime.messages import Refused
from services.runtime.problem import Problem
from services.targets.service import targets
from tests.servers import NOW, transaction
from tests.targets.plan import TARGET, reported
from tests.telling import answered, asking, hear, heard

COUNTY, VILLAGE, ELSEWHERE = "360222000000", "360222104201", "360281000000"


def wanted(**changes):
    return Target.model_validate({**TARGET.model_dump(mode="json"), **changes})


TREES = wanted(id="trees", kind="count", unit="pieces", division=COUNTY, counts="clearance")
GROUND = wanted(id="ground", division="360200000000", counts="clearance")
"""Of a county the trees, of the city above it the ground."""


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        yield tx


async def put(tx, *wanted):
    for one in wanted:
        await answered(targets, tx, asking(SetTarget(target=one), OPERATOR, UNKNOWN))


def step(kind, sequence, treated, verified=0, id="plot-1", **changes):
    """A fact of a plot with ten trees on 12.5 mu, of which so many are treated and verified now."""
    stated = {"division": VILLAGE, "place": "后山", "first": "2020-04-01", "last": "2020-12-31", "area_mu": "12.5"}
    plot = PlotRef.model_validate({"id": id, **stated, "trees": 10, "source": "春季普查", **changes})
    entry = ClearanceEntry.model_validate(
        {"id": "0197c3a0-0000-7000-8000-000000000003", "step": kind, "on": "2020-06-14", "trees": 1,
         "post_id": "crew", "person": None, "way": None, "size_mm": None, "permit": None, "stump_cm": None,
         "photos_before": (), "photos_after": (), "text": ""}
    )  # fmt: skip
    state = "open" if treated < 10 else "verified" if verified == 10 else "cleared"
    said = {"plot": plot, "at": NOW, "entry": entry, "state": state, "by": "p-crew",
            "done": Cleared(found=10, felled=10, treated=treated, verified=verified)}  # fmt: skip
    if kind in ("verified", "sent_back"):
        return heard(ClearanceVerified(**said, redo_by=None), "patrol", sequence)
    return heard(ClearanceRecorded(**said), "patrol", sequence)


async def amounts(tx, id):
    shown = await answered(targets, tx, asking(ShowPlan(year=2020), OPERATOR, UNKNOWN))
    (total,) = [one.total for one in shown.body.targets if one.target.id == id]
    return total.reported, total.mapped, total.accepted


WORK = (
    step("treated", 5, treated=10),
    step("verified", 6, treated=10, verified=4),
    step("sent_back", 7, treated=7, verified=4),
    step("treated", 8, treated=10, verified=4),
    step("verified", 9, treated=10, verified=10),
)
TREES_AFTER = [(10, 10, 0), (10, 10, 4), (7, 7, 4), (10, 10, 4), (10, 10, 10)]
GROUND_AFTER = [("12.5", "12.5", "0"), ("12.5", "12.5", "0"), ("0", "0", "0"), ("12.5", "12.5", "0"), ("12.5",) * 3]


async def test_treated_trees_are_reported_verified_ones_accepted_and_those_sent_back_are_taken_off(tx):
    await put(tx, TREES, GROUND)
    for n, one in enumerate(WORK):
        await hear(targets, tx, [one])
        assert await amounts(tx, "trees") == TREES_AFTER[n]
        assert await amounts(tx, "ground") == tuple(map(Decimal, GROUND_AFTER[n]))


async def test_what_counts_is_told_as_progress_of_its_plot_by_how_much_and_up_to_what(tx):
    await put(tx, TREES)
    await hear(targets, tx, [WORK[0]])
    ((_, told),) = await hear(targets, tx, [WORK[2]])
    assert (type(told), told.target_id, told.division, told.source, told.external_id, told.plot, told.entity) == (
        ProgressRecorded, "trees", COUNTY, "patrol.clearance", "plot-1", "plot-1", "后山",
    )  # fmt: skip
    assert (told.counted, told.total, told.revision) == (-3, Amounts(reported=7, mapped=7, accepted=4), 2)


@pytest.mark.parametrize("order", [*permutations((0, 2, 4))])
async def test_each_counts_once_in_whatever_order_and_however_often_it_is_heard(tx, order):
    await put(tx, TREES)
    for n in (*order, *order):
        await hear(targets, tx, [WORK[n]])
    assert await amounts(tx, "trees") == (10, 10, 10)
    assert await hear(targets, tx, [WORK[n] for n in order]) == []


async def test_several_plots_heard_at_once_count_together(tx):
    await put(tx, TREES)
    news = await hear(targets, tx, [*WORK[:2], step("treated", 7, treated=3, id="plot-2"), WORK[0]])
    assert [(fact.plot, fact.counted, fact.total.reported) for _, fact in news] == [
        ("plot-1", 10, 10),
        ("plot-2", 3, 13),
    ]


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"last": "2020-12-31"}, 10),
        ({"last": "2021-01-01"}, 0),
        ({"first": "2019-10-01", "last": "2020-01-01"}, 10),
        ({"first": "2019-10-01", "last": "2019-12-31"}, 0),
        ({"division": COUNTY}, 10),
        ({"division": "360200000000"}, 0),
        ({"division": ELSEWHERE}, 0),
    ],
)
async def test_a_plot_counts_where_it_lies_and_in_the_year_of_its_last_day(tx, changes, counts):
    await put(tx, TREES)
    await hear(targets, tx, [step("treated", 5, treated=10, **changes)])
    assert (await amounts(tx, "trees"))[0] == counts


async def test_a_plot_whose_days_were_stated_anew_counts_in_another_year_and_no_more_in_this(tx):
    after = wanted(id="next", kind="count", unit="pieces", division=COUNTY, counts="clearance",
                   in_force={"first": "2021-01-01", "last": "2021-12-31"})  # fmt: skip
    await put(tx, TREES, after)
    await hear(targets, tx, [WORK[0]])
    news = await hear(targets, tx, [step("verified", 6, treated=10, verified=2, last="2021-02-01")])
    assert sorted((fact.target_id, fact.counted) for _, fact in news) == [("next", 10), ("trees", -10)]
    assert (await amounts(tx, "trees"), await amounts(tx, "next")) == ((0, 0, 0), (10, 10, 2))


async def test_a_target_that_is_set_later_has_what_was_cleared_before(tx):
    await hear(targets, tx, [WORK[1], step("treated", 7, treated=3, id="plot-2", division=ELSEWHERE)])
    await put(tx, TREES)
    assert await amounts(tx, "trees") == (10, 10, 4)
    days = {"first": "2020-01-01", "last": "2020-12-30"}
    await put(tx, wanted(**{**TREES.model_dump(mode="json"), "in_force": days}))
    assert await amounts(tx, "trees") == (0, 0, 0)


async def test_a_plot_without_an_area_counts_its_trees_and_no_ground(tx):
    await put(tx, TREES, GROUND)
    await hear(targets, tx, [step("treated", 5, treated=10, area_mu=None)])
    assert ((await amounts(tx, "trees"))[0], (await amounts(tx, "ground"))[0]) == (10, 0)


async def test_what_counts_by_itself_is_not_reported_besides(tx):
    await put(tx, GROUND)
    (refused,) = await hear(targets, tx, [reported(target_id="ground")])
    assert isinstance(refused, Refused)
    assert [(one.field, one.code) for one in refused.problems] == [("target_id", "target_counts_by_itself")]


@pytest.mark.parametrize("changes", [{"unit": "tonne"}, {"kind": "milestone"}, {"kind": "ratio", "unit": "percent"}])
async def test_only_trees_and_ground_are_counted(tx, changes):
    with pytest.raises(Problem) as refused:
        await put(tx, wanted(**{**TREES.model_dump(mode="json"), **changes}))
    assert [one["field"] for one in refused.value.reply(None).errors] == ["target.counts"]


async def test_whether_a_target_counts_by_itself_stays_once_progress_was_counted(tx):
    await put(tx, TARGET)
    await hear(targets, tx, [reported()])
    with pytest.raises(Problem) as refused:
        await put(tx, wanted(counts="clearance"))
    assert [one["field"] for one in refused.value.reply(None).errors] == ["target.counts"]


async def test_a_plot_counts_once_in_a_tree_whose_parts_count_too_whenever_they_are_broken_down(tx):
    whole = wanted(id="whole")
    await put(tx, whole, GROUND.model_copy(update={"parent_id": "whole"}))
    await hear(targets, tx, [WORK[0]])
    shares = (
        {"id": "county", "division": COUNTY, "amount": "10"},
        {"id": "elsewhere", "division": ELSEWHERE, "amount": "2"},
        {"id": "farm", "division": COUNTY, "entity": "枫树山林场", "amount": "5"},
    )
    allocate = Allocate.model_validate({"target_id": "ground", "shares": shares})
    told = (await answered(targets, tx, asking(allocate, OPERATOR, UNKNOWN))).news[1:]
    assert [one.target.counts for one in told] == ["clearance", "clearance", None]
    again = step("treated", 8, treated=10, id="plot-2", area_mu="2.5")
    await hear(targets, tx, [again])
    reached = {id: (await amounts(tx, id))[0] for id in ("whole", "ground", "county", "elsewhere", "farm")}
    assert reached == {"whole": 15, "ground": 15, "county": 15, "elsewhere": 0, "farm": 0}
