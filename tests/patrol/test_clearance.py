"""Plots of dead pines: no step exceeds the one before, another person checks, what is late is told once (E6, E12)."""

from datetime import UTC, date, datetime

import pytest

from contracts.patrol import (
    ClearanceRecorded,
    ClearanceVerified,
    PlotNotCleared,
    StateCondition,
)
from tests.patrol.chiefs import COUNTY, china
from tests.patrol.plots import ask, check, done, enrol, plot, refused, standing, step, ticks, work


@pytest.fixture
async def tx(dsn):
    async with standing(dsn) as tx:
        yield tx


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


async def sent_back(tx, treated, day, *more):
    """By when a plot is due of which so many trees were treated, after one was sent back on a day."""
    await enrol(tx)
    await work(tx, step("found", 10), step("felled", 10), step("treated", treated), *more)
    tx.now = china(2020, 10, day, 9)
    return (await ask(tx, check(1, f"2020-10-{day}", passed=False), "p-checker")).body.due_on


async def test_one_tree_sent_back_gives_those_that_were_never_treated_no_more_days(tx):
    assert await sent_back(tx, 9, 18) == date(2020, 10, 20)
    (late,) = await ticks(tx, china(2020, 10, 21))
    assert (late.due_on, late.missing) == (date(2020, 10, 20), 2)
    # Nor does a second one, now that the plot is late.
    assert (await ask(tx, check(1, "2020-10-21", passed=False), "p-checker")).body.due_on == date(2020, 10, 20)


async def test_one_tree_sent_back_of_a_plot_that_was_complete_gives_it_the_days_of_the_rules(tx):
    assert await sent_back(tx, 10, 18) == date(2020, 10, 28)
    # The next one is of a plot that lacks a tree.
    assert (await ask(tx, check(1, "2020-10-18", passed=False), "p-checker")).body.due_on == date(2020, 10, 28)
    await work(tx, step("treated", 2, "2020-10-18"))
    tx.now = china(2020, 10, 19, 9)
    assert (await ask(tx, check(1, "2020-10-19", passed=False), "p-checker")).body.due_on == date(2020, 10, 29)


async def test_days_that_end_before_the_window_does_shorten_it_for_no_plot(tx):
    await enrol(tx, plot(last="2020-12-31"))
    await work(tx, step("found", 10), step("felled", 10), step("treated", 10))
    assert (await ask(tx, check(1, passed=False), "p-checker")).body.due_on == date(2020, 12, 31)


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
