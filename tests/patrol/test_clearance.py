"""Plots of dead pines: no step exceeds the one before, another person checks, what is late is told once (E6, E12)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.language.division import UNKNOWN
from contracts.patrol import (
    ClearanceRecorded,
    ClearanceVerified,
    EnrolPlots,
    ListPlots,
    NaturalForestStated,
    PlotEnrolled,
    PlotNotCleared,
    PlotOnNaturalForest,
    RecordClearance,
    StateCondition,
    StateNaturalForest,
    VerifyClearance,
)
from contracts.roster import PostStated
from services.patrol.clearance.clock import tell_not_cleared
from services.patrol.service import patrol
from services.runtime.problem import Problem
from tests.patrol.areas_and_reports import EAST, STATED, WEST
from tests.patrol.chiefs import COUNTY, OFFICE, TOWN, china, post
from tests.servers import transaction
from tests.telling import answered, asking, hear, heard

PHOTO = {"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 1}
CREW, CHECKER = post("crew", "unit", TOWN), post("checker", "unit", COUNTY)


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn, china(2020, 10, 10, 9)) as tx:
        posts = [PostStated(post=one) for one in (OFFICE, CREW, CHECKER, post("far", "unit", EAST))]
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])
        await hear(patrol, tx, [heard(one, "roster", n) for n, one in enumerate(posts, 1)])
        yield tx


def square(west, south, side=0.01):
    east, north = west + side, south + side
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return {"type": "MultiPolygon", "coordinates": ((ring,),)}


def plot(id="plot-1", **changes):
    window = {"first": "2020-10-08", "last": "2020-10-20"}
    stated = {"id": id, "division": WEST, "place": "后山", "boundary": square(117.02, 29.02), **window}
    return {**stated, "trees": 10, "source": "2020年秋季普查", **changes}


async def ask(tx, command, actor="p-office-1", division=UNKNOWN):
    return await answered(patrol, tx, asking(command, actor, division, tx.now))


async def refused(tx, command, actor="p-office-1", division=UNKNOWN):
    """The status, and the fields with the codes of their rules."""
    with pytest.raises(Problem) as problem:
        await ask(tx, command, actor, division)
    return problem.value.status, [(one["field"], one["rule"].code) for one in problem.value.errors]


async def enrol(tx, *plots):
    return await ask(tx, EnrolPlots.model_validate({"plots": plots or (plot(),)}))


def step(step, trees, day="2020-10-10", **more):
    about = {"way": "burnt"} if step == "treated" else {}
    photos = {"photos_before": (PHOTO,), "photos_after": (PHOTO,)}
    stated = {"plot_id": "plot-1", "post_id": "crew", "step": step, "on": day, "trees": trees}
    return RecordClearance.model_validate({**stated, **about, **photos, **more})


def check(trees, day="2020-10-10", **more):
    stated = {"plot_id": "plot-1", "post_id": "checker", "on": day, "trees": trees, "photos_after": (PHOTO,)}
    return VerifyClearance.model_validate({**stated, **more})


async def work(tx, *steps):
    for one in steps:
        await ask(tx, one, "p-crew")


async def done(tx):
    (shown,) = (await ask(tx, ListPlots(id="plot-1"))).body.plots
    counts = shown.done
    return (counts.found, counts.felled, counts.treated, counts.verified), shown.state


async def ticks(tx, now):
    tx.now = now
    return list(await tell_not_cleared(tx))


async def test_a_plot_is_told_once_however_often_it_is_stated(tx):
    assert [type(one) for one in (await enrol(tx)).news] == [PlotEnrolled]
    assert (await enrol(tx)).news == []
    (fact,) = (await enrol(tx, plot(trees=12))).news
    assert (fact.plot.trees, fact.plot.division) == (12, WEST)


async def test_no_step_exceeds_the_one_before_it(tx):
    await enrol(tx)
    assert await refused(tx, step("felled", 1), "p-crew") == (422, [("trees", "trees_at_most")])
    assert await refused(tx, step("found", 11), "p-crew") == (422, [("trees", "trees_at_most")])
    await work(tx, step("found", 6), step("found", 4))
    assert await refused(tx, step("found", 1), "p-crew") == (422, [("trees", "trees_at_most")])
    await work(tx, step("felled", 7))
    assert await refused(tx, step("treated", 8), "p-crew") == (422, [("trees", "trees_at_most")])
    await work(tx, step("treated", 7))
    assert await refused(tx, check(8), "p-checker") == (422, [("trees", "trees_at_most")])
    await ask(tx, check(7), "p-checker")
    assert await done(tx) == ((10, 7, 7, 7), "open")


async def test_a_step_counts_from_its_day_on_so_that_none_comes_before_the_step_it_needs(tx):
    await enrol(tx)
    await work(tx, step("found", 5, "2020-10-09"), step("found", 5, "2020-10-10"))
    assert await refused(tx, step("felled", 6, "2020-10-09"), "p-crew") == (422, [("trees", "trees_at_most")])
    await work(tx, step("felled", 8, "2020-10-10"))
    # Three more on the day before would make eleven of ten on the day after.
    assert await refused(tx, step("felled", 3, "2020-10-09"), "p-crew") == (422, [("trees", "trees_at_most")])
    await work(tx, step("felled", 2, "2020-10-09"))
    assert await done(tx) == ((10, 10, 0, 0), "open")


async def test_a_plot_is_cleared_when_all_is_treated_and_verified_when_all_of_it_has_passed(tx):
    await enrol(tx)
    await work(tx, step("found", 10), step("felled", 10))
    (recorded,) = (await ask(tx, step("treated", 10), "p-crew")).news
    assert (type(recorded), recorded.state, recorded.done.treated, recorded.entry.person.id) == (
        ClearanceRecorded, "cleared", 10, "p-crew",
    )  # fmt: skip
    (verified,) = (await ask(tx, check(10), "p-checker")).news
    assert (type(verified), verified.state, verified.redo_by) == (ClearanceVerified, "verified", None)


async def test_who_felled_or_treated_does_not_check_it_whichever_post_it_does_so_as(tx):
    await enrol(tx)
    await work(tx, step("found", 10), step("felled", 10), step("treated", 10))
    assert await refused(tx, check(10, post_id="crew"), "p-crew") == (403, [("post_id", "verified_by_another")])
    assert await refused(tx, check(10, post_id="crew"), "p-office-1") == (403, [("post_id", "verified_by_another")])
    # The office may act for the post of the checker, who did none of it.
    assert (await ask(tx, check(10), "p-office-1")).body.state == "verified"


async def test_what_a_check_does_not_pass_is_treated_again_within_the_days_of_the_rules(tx):
    await enrol(tx)
    await work(tx, step("found", 10), step("felled", 10), step("treated", 10))
    tx.now = china(2020, 10, 18, 9)
    (fact,) = (await ask(tx, check(4, "2020-10-18", passed=False, text="枝桠未清"), "p-checker")).news
    assert (fact.redo_by, fact.state, fact.done.treated) == (date(2020, 10, 28), "open", 6)
    assert await refused(tx, step("treated", 5, "2020-10-18"), "p-crew") == (422, [("trees", "trees_at_most")])
    assert await ticks(tx, china(2020, 10, 28, 23, 59)) == []
    (late,) = await ticks(tx, china(2020, 10, 29))
    assert (late.due_on, late.missing) == (date(2020, 10, 28), 4)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (step("treated", 1, way=None), ("way", "one_of")),
        (step("treated", 1, way="fumigated"), ("way", "one_of")),
        (step("treated", 1, way="chipped"), ("size_mm", "needed_for_way")),
        (step("treated", 1, way="chipped", size_mm=11), ("size_mm", "at_most_by_rules")),
        (step("treated", 1, way="sliced", size_mm=7), ("size_mm", "at_most_by_rules")),
        (step("felled", 1, stump_cm=6), ("stump_cm", "at_most_by_rules")),
        (step("treated", 1, stump_cm=5), ("stump_cm", "only_for_step")),
        (step("felled", 1, way="burnt"), ("way", "only_for_step")),
        (step("felled", 1, photos_before=()), ("photos_before", "photos_at_least")),
        (step("treated", 1, photos_after=()), ("photos_after", "photos_at_least")),
        (step("felled", 1, "2020-10-11"), ("on", "not_after_today")),
        (step("felled", 1, post_id="far"), ("post_id", "post_of_ground")),
    ],
)
async def test_a_step_that_breaks_a_rule_is_refused_by_its_field(tx, asked, wrong):
    await enrol(tx)
    await work(tx, step("found", 10), step("felled", 5))
    actor = "p-far" if asked.post_id == "far" else "p-crew"
    assert await refused(tx, asked, actor) == (422, [wrong])


@pytest.mark.parametrize(("way", "size_mm"), [("chipped", 10), ("sliced", 6)])
async def test_pieces_as_large_as_the_rules_have_it_are_small_enough(tx, way, size_mm):
    await enrol(tx)
    await work(tx, step("found", 1), step("felled", 1, stump_cm=5), step("treated", 1, way=way, size_mm=size_mm))
    assert await done(tx) == ((1, 1, 1, 0), "open")


async def test_in_a_ban_of_fire_wood_is_burnt_by_permit_only(tx):
    ban = {"id": "ban", "kind": "ban", "division": COUNTY, "first": "2020-10-09", "last": "2020-10-10"}
    await ask(tx, StateCondition(**ban, source="禁火令"))
    await enrol(tx)
    await work(tx, step("found", 3, "2020-10-08"), step("felled", 3, "2020-10-08"))
    await work(tx, step("treated", 1, "2020-10-08"))
    assert await refused(tx, step("treated", 1), "p-crew") == (422, [("permit", "permit_in_ban")])
    await work(tx, step("treated", 1, permit="浮林许〔2020〕1号"))
    tx.now = china(2020, 10, 11, 9)
    await work(tx, step("treated", 1, "2020-10-11"))


async def test_a_plot_not_cleared_in_its_window_is_told_once_the_day_after_in_china(tx):
    await enrol(tx)
    await work(tx, step("found", 10), step("felled", 10), step("treated", 7))
    assert await ticks(tx, datetime(2020, 10, 20, 15, 59, 59, tzinfo=UTC)) == []
    (told,) = await ticks(tx, datetime(2020, 10, 20, 16, 0, tzinfo=UTC))
    assert (type(told), told.plot.id, told.missing, told.done.treated) == (PlotNotCleared, "plot-1", 3, 7)
    assert await ticks(tx, china(2020, 10, 22)) == []


async def test_what_is_treated_on_the_last_day_is_in_time_and_what_is_on_the_next_is_not(tx):
    await enrol(tx, plot(), plot("plot-2", at={"lon": 117.05, "lat": 29.05, "datum": "cgcs2000"}, boundary=None))
    tx.now = china(2020, 10, 20, 23, 59)
    await work(tx, *(step(one, 10, "2020-10-20") for one in ("found", "felled", "treated")))
    tx.now = china(2020, 10, 21, 0, 0)
    await work(tx, *(step(one, 10, "2020-10-21", plot_id="plot-2") for one in ("found", "felled", "treated")))
    assert [(one.plot.id, one.missing) for one in await ticks(tx, tx.now)] == [("plot-2", 10)]


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
