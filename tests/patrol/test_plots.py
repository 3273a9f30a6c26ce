"""Plots as they are stated and listed: by whom, where, and how much of them is natural forest (E6, E12)."""

from datetime import date, timedelta

import pytest

from contracts.patrol import (
    EnrolPlots,
    ListPlots,
    NaturalForestStated,
    PlotEnrolled,
    PlotOnNaturalForest,
    StateNaturalForest,
)
from tests.patrol.areas_and_reports import EAST, WEST
from tests.patrol.chiefs import COUNTY, TOWN, china
from tests.patrol.plots import ask, check, enrol, plot, refused, square, standing, step, ticks, work


@pytest.fixture
async def tx(dsn):
    async with standing(dsn) as tx:
        yield tx


async def test_a_plot_is_told_once_however_often_it_is_stated(tx):
    assert [type(one) for one in (await enrol(tx)).news] == [PlotEnrolled]
    assert (await enrol(tx)).news == []
    (fact,) = (await enrol(tx, plot(trees=12))).news
    assert (fact.plot.trees, fact.plot.division) == (12, WEST)


async def test_a_window_that_is_stated_anew_is_due_anew(tx):
    await enrol(tx)
    assert len(await ticks(tx, china(2020, 10, 21))) == 1
    await enrol(tx, plot(last="2020-10-31"))
    assert await ticks(tx, china(2020, 10, 31, 23, 59)) == []
    assert [one.due_on for one in await ticks(tx, china(2020, 11, 1))] == [date(2020, 10, 31)]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"boundary": None}, ("plots.0.boundary", "boundary_or_point")),
        ({"at": {"lon": 117.02, "lat": 29.02, "datum": "wgs84"}}, ("plots.0.boundary", "boundary_or_point")),
        ({"last": "2020-10-09"}, ("plots.0.last", "not_before")),
        ({"first": "2020-10-21"}, ("plots.0.last", "not_before")),
        ({"boundary": square(117.12, 29.02)}, ("plots.0.division", "ground_in_division")),
        ({"boundary": square(10.0, 29.02)}, ("plots.0.division", "ground_in_division")),
    ],
)
async def test_a_plot_that_breaks_a_rule_is_refused_by_its_field(tx, changes, wrong):
    assert await refused(tx, EnrolPlots.model_validate({"plots": [plot(**changes)]})) == (422, [wrong])


async def test_a_plot_keeps_its_division_and_the_trees_that_were_found_on_it(tx):
    await enrol(tx)
    await work(tx, step("found", 6))
    moved = plot(division=EAST, boundary=square(117.12, 29.02), trees=5)
    found = [("plots.0.division", "stays"), ("plots.0.trees", "not_below_found")]
    assert await refused(tx, EnrolPlots.model_validate({"plots": [moved]})) == (422, found)
    await enrol(tx, plot(trees=6))


async def test_only_a_chief_office_of_the_place_states_plots(tx):
    asked = EnrolPlots.model_validate({"plots": [plot()]})
    assert await refused(tx, asked, "p-crew") == (403, [("subject", "actor_must_be")])
    assert await refused(tx, asked, division=EAST) == (403, [("subject", "within_subject")])


async def known(tx, boundary=None, division=WEST, id="natural-1"):
    stated = {"id": id, "division": division, "year": 2019, "source": "林地一张图"}
    boundary = boundary or square(117.025, 29.0, 0.05)
    return await ask(tx, StateNaturalForest.model_validate({**stated, "boundary": boundary}))


async def on_natural(tx):
    (shown,) = (await ask(tx, ListPlots())).body.plots
    return shown.on_natural_forest, shown.natural_share


async def test_whether_a_plot_lies_in_natural_forest_is_unknown_until_that_is_known(tx):
    await enrol(tx)
    assert await on_natural(tx) == ("unknown", None)
    answer = await known(tx)
    assert [type(one) for one in answer.news] == [NaturalForestStated, PlotOnNaturalForest]
    # 0.05 by 0.05 degrees in 29° N: 5,542 m by 4,870 m.
    assert float(answer.body.size_mu) == pytest.approx(40_480, rel=0.01)
    assert answer.news[1].natural_share == pytest.approx(0.5)
    assert (await on_natural(tx))[0] == "overlaps"
    assert list((await known(tx)).news) == []


async def test_a_plot_is_clear_only_where_the_natural_forest_of_its_whole_division_is_known(tx):
    await enrol(tx)
    await known(tx, square(117.15, 29.02), EAST)
    assert await on_natural(tx) == ("unknown", None)
    # It touches the plot along a side.
    await known(tx, square(117.03, 29.02), COUNTY, "natural-2")
    assert await on_natural(tx) == ("clear", 0.0)


async def test_a_plot_that_overlaps_natural_forest_is_told_of_once(tx):
    await known(tx)
    assert [type(one) for one in (await enrol(tx)).news] == [PlotEnrolled, PlotOnNaturalForest]
    assert [type(one) for one in (await enrol(tx, plot(trees=11))).news] == [PlotEnrolled]


async def test_a_point_lies_in_natural_forest_or_not(tx):
    await known(tx)
    at = {"lon": 117.03, "lat": 29.02, "datum": "cgcs2000"}
    (shown,) = (await enrol(tx, plot(boundary=None, at=at))).body.plots
    assert (shown.on_natural_forest, shown.natural_share) == ("overlaps", 1.0)


async def test_plots_are_summed_over_a_division_and_those_below(tx):
    await enrol(tx, plot(), plot("plot-2", division=EAST, boundary=square(117.12, 29.02), trees=5))
    await work(tx, step("found", 3), step("found", 2, plot_id="plot-2"))
    tx.now += timedelta(days=11)
    shown = (await ask(tx, ListPlots(limit=1), division=TOWN)).body
    assert (shown.total, shown.trees, shown.done.found, [one.plot.id for one in shown.plots]) == (2, 15, 5, ["plot-1"])
    assert [(one.overdue, one.outside_season) for one in shown.plots] == [(True, False)]
    (east,) = (await ask(tx, ListPlots(), division=EAST)).body.plots
    assert (east.plot.id, east.entries) == ("plot-2", ())


async def test_a_window_outside_the_season_of_gathered_clearance_is_said_to_be_so(tx):
    (shown,) = (await enrol(tx, plot(first="2021-03-01", last="2021-04-01"))).body.plots
    assert shown.outside_season


async def listed(tx, **asked):
    """The ids of a page, whether there are more, and what is said of all."""
    shown = (await ask(tx, ListPlots.model_validate(asked), division=TOWN)).body
    sums = shown.total, shown.trees, shown.done.found, shown.done.treated, shown.done.verified
    return [one.plot.id for one in shown.plots], shown.more, sums


async def test_plots_are_listed_page_by_page_and_the_sums_are_of_all_pages(tx):
    await enrol(tx, *(plot(f"plot-{n}") for n in (3, 1, 2)))
    for id, trees in (("plot-1", 10), ("plot-3", 4)):
        await work(tx, *(step(one, trees, plot_id=id) for one in ("found", "felled", "treated")))
    await ask(tx, check(6), "p-checker")
    await ask(tx, check(1, passed=False), "p-checker")
    sums = (3, 30, 14, 13, 6)
    assert await listed(tx, limit=2) == (["plot-1", "plot-2"], True, sums)
    assert await listed(tx, limit=2, after="plot-2") == (["plot-3"], False, sums)
    assert await listed(tx, limit=3) == (["plot-1", "plot-2", "plot-3"], False, sums)
    assert await listed(tx, id="plot-3") == (["plot-3"], False, (1, 10, 4, 4, 0))
    await work(tx, step("treated", 1))
    assert await listed(tx, state="cleared") == (["plot-1"], False, (1, 10, 10, 10, 6))
    await enrol(tx, plot("plot-3", trees=20))
    assert (await listed(tx, state="open"))[2] == (2, 30, 4, 4, 0)


async def test_of_several_plots_each_has_its_own_part_in_natural_forest(tx):
    await known(tx)
    beside, across = plot("plot-2", boundary=square(117.0, 29.0)), plot("plot-3", boundary=square(117.04, 29.02))
    shown = (await enrol(tx, plot(), beside, across)).body.plots
    assert [one.on_natural_forest for one in shown] == ["overlaps", "clear", "overlaps"]
    assert [one.natural_share for one in shown] == [pytest.approx(0.5), 0.0, 1.0]
