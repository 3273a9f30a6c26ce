"""How quickly what is seen goes on: reckoned by hand, told when its day in China is over, again where it changed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.cases import CaseClosed, CaseRelapsed, CaseVerified
from contracts.language.division import Division
from contracts.patrol import IncidentKind, ShowTimeliness, Step
from services.patrol.service import patrol
from services.patrol.timeliness.handlers import measure_days
from services.patrol.timeliness.law import TIMELINESS
from services.patrol.timeliness.measure import Group, Times, measured, next_look
from tests.cases import county
from tests.patrol.areas_and_reports import EAST, NOW, WEST, reported
from tests.telling import answered, asking, hear, heard

MIDNIGHT = datetime(2020, 6, 15, 16, tzinfo=UTC)
"""In China the 15th of June is over."""
HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)
LOCATED = datetime(2020, 6, 15, 2, tzinfo=UTC)
LAW = TIMELINESS.shipped
GROUP = Group(date(2020, 6, 15), Division(WEST), "acme", None)


def times(reported_h, verified_h=None, handled_h=None, kind=IncidentKind.FELLING):
    """Located at once when it was reported, so many hours after it was seen; the others count from then."""
    after = (None if hours is None else LOCATED + hours * HOUR for hours in (verified_h, handled_h))
    return Times(kind, LOCATED - reported_h * HOUR, LOCATED, LOCATED, *after)


def of(step, reports, now=MIDNIGHT, group=GROUP):
    (found,) = [one for one in measured(group, reports, LAW, now).steps if one.step is step]
    return found.done, found.within, found.late, found.median_s, found.p90_s


def test_a_step_is_measured_by_the_nearest_rank_of_those_that_did_it():
    hours = [1, 2, 3, 4, 5, 6, 7, 8, 9, 30]
    assert of(Step.REPORTED, [times(one) for one in hours]) == (10, 9, 1, 5 * 3600, 9 * 3600)
    assert of(Step.REPORTED, [times(one) for one in hours[:1]]) == (1, 1, 0, 3600, 3600)
    assert of(Step.REPORTED, [times(one) for one in (1, 2, 3)]) == (3, 3, 0, 2 * 3600, 3 * 3600)
    assert of(Step.REPORTED, []) == (0, 0, 0, None, None)


@pytest.mark.parametrize(("off", "within"), [(timedelta(0), 1), (MOMENT, 0)])
def test_what_takes_as_long_as_it_may_is_in_time_and_a_moment_longer_is_late(off, within):
    one = replace(times(0), seen_at=LOCATED - 24 * HOUR - off)
    assert of(Step.REPORTED, [one])[1:3] == (within, 1 - within)
    fire = replace(times(0, kind=IncidentKind.FIRE), seen_at=LOCATED - HOUR / 2 - off)
    assert of(Step.REPORTED, [fire])[1:3] == (within, 1 - within)


@pytest.mark.parametrize(("off", "late"), [(timedelta(0), 0), (MOMENT, 1)])
def test_what_is_not_done_is_neither_in_time_nor_late_until_its_limit_has_passed(off, late):
    assert of(Step.VERIFIED, [times(0)], LOCATED + 72 * HOUR + off) == (0, 0, late, None, None)


def test_what_was_handled_without_a_word_was_verified_by_then():
    assert of(Step.VERIFIED, [times(0, handled_h=5)])[:2] == (1, 1)


def test_it_is_looked_at_again_on_the_day_after_the_next_limit():
    assert next_look([times(0)], LAW, MIDNIGHT) == date(2020, 6, 19)
    assert next_look([times(0, verified_h=1)], LAW, MIDNIGHT) == date(2020, 9, 14)
    assert next_look([times(0, verified_h=1, handled_h=2)], LAW, MIDNIGHT) is None


async def told(tx, at):
    tx.now = at
    facts = []
    while found := await measure_days(tx):
        facts += found
    return [one.timeliness for one in facts]


async def test_a_day_is_told_when_it_is_over_in_china_and_once(tx):
    await hear(patrol, tx, [reported("r-1"), reported("r-2", lon=117.06, kind="fire")])
    assert await told(tx, MIDNIGHT - MOMENT) == []
    (found,) = await told(tx, MIDNIGHT)
    assert (found.day, found.division, found.source, found.reports) == (date(2020, 6, 15), WEST, "acme", 2)
    assert found.revision == 1
    assert await told(tx, MIDNIGHT + HOUR) == []


async def test_what_is_handled_later_tells_the_day_anew_when_that_day_is_over(tx):
    ((_, located),) = await hear(patrol, tx, [reported("r-1")])
    await told(tx, MIDNIGHT)
    case = county.closed_case(located.incident)
    tx.now = MIDNIGHT + 10 * HOUR
    await hear(patrol, tx, [heard(CaseVerified(case=case, by="p-1", at=tx.now), "cases", sequence=2)])
    # It is heard three hours after it was done.
    tx.now += 3 * HOUR
    await hear(patrol, tx, [heard(CaseClosed(case=case, by="p-1", at=MIDNIGHT + 10 * HOUR), "cases", sequence=5)])
    assert await told(tx, MIDNIGHT + 24 * HOUR - MOMENT) == []
    (found,) = await told(tx, MIDNIGHT + 24 * HOUR)
    took = {one.step: (one.done, one.median_s) for one in found.steps}
    assert (found.day, found.revision) == (date(2020, 6, 15), 2)
    # Located at ten in China on the 15th, closed at ten on the 16th.
    assert (took[Step.VERIFIED], took[Step.HANDLED]) == ((1, 24 * 3600), (1, 24 * 3600))
    await hear(
        patrol, tx, [heard(CaseRelapsed(case=case, by="p-1", at=NOW, why="recurrence", reason="又见"), "cases", 6)]
    )
    (again,) = await told(tx, MIDNIGHT + 48 * HOUR)
    assert ({one.step: one.done for one in again.steps}[Step.HANDLED], again.revision) == (0, 3)


async def test_a_report_that_is_revised_into_another_division_is_counted_there_and_no_more_where_it_was(tx):
    await hear(patrol, tx, [reported("r-1")])
    await told(tx, MIDNIGHT)
    await hear(patrol, tx, [reported("r-1", revision=2, lon=117.15)])
    found = await told(tx, MIDNIGHT + 24 * HOUR)
    assert [(one.division, one.reports, one.revision) for one in found] == [(WEST, 0, 2), (EAST, 1, 1)]


async def test_what_corroborates_an_incident_is_handled_with_it(tx):
    ((_, located),) = await hear(patrol, tx, [reported("r-1")])
    await hear(patrol, tx, [reported("r-2", source="other")])
    case = county.closed_case(located.incident)
    await hear(patrol, tx, [heard(CaseClosed(case=case, by="p-1", at=NOW), "cases", sequence=5)])
    found = await told(tx, MIDNIGHT)
    assert {one.source: [step.done for step in one.steps] for one in found} == {
        "acme": [1, 1, 1, 1],
        "other": [1, 1, 1, 1],
    }


async def test_what_grows_late_without_anything_happening_is_told_on_the_day_after(tx):
    await hear(patrol, tx, [reported("r-1")])
    await told(tx, MIDNIGHT)
    assert await told(tx, MIDNIGHT + 48 * HOUR) == []
    (found,) = await told(tx, MIDNIGHT + 72 * HOUR)
    assert {one.step: one.late for one in found.steps}[Step.VERIFIED] == 1


async def test_days_are_shown_by_region_and_time(tx):
    await hear(patrol, tx, [reported("r-1")])
    await told(tx, MIDNIGHT)

    async def shown(division, **asked):
        answer = await answered(patrol, tx, asking(ShowTimeliness(**asked), "zhang", Division(division)))
        return len(answer.body.days)

    assert (await shown("360222000000"), await shown("360281000000")) == (1, 0)
    assert await shown("360222000000", first=date(2020, 6, 15), last=date(2020, 6, 15), source="acme") == 1
    assert await shown("360222000000", first=date(2020, 6, 16)) == 0
    assert await shown("360222000000", last=date(2020, 6, 14)) == 0
    assert await shown("360222000000", source="other") == 0


async def test_what_was_located_before_midnight_and_written_down_after_it_is_counted_when_the_next_day_is_over(tx):
    await hear(patrol, tx, [reported("r-1")])
    await told(tx, MIDNIGHT)
    tx.now = MIDNIGHT - MOMENT
    await hear(patrol, tx, [reported("r-2", lon=117.06), reported("r-3", lon=117.15)])
    assert await told(tx, MIDNIGHT + 24 * HOUR - MOMENT) == []
    found = await told(tx, MIDNIGHT + 24 * HOUR)
    assert [(one.day, one.division, one.reports, one.revision) for one in found] == [
        (date(2020, 6, 15), EAST, 1, 1), (date(2020, 6, 15), WEST, 2, 2),
    ]  # fmt: skip
    assert await told(tx, MIDNIGHT + 48 * HOUR) == []


async def test_days_are_shown_page_by_page_the_latest_first(tx):
    await hear(patrol, tx, [reported("r-1"), reported("r-2", source="other"), reported("r-3", lon=117.15)])
    tx.now = MIDNIGHT
    await hear(patrol, tx, [reported("r-4", lon=117.06)])
    await told(tx, MIDNIGHT + 24 * HOUR)

    async def shown(**asked):
        asked = ShowTimeliness.model_validate(asked)
        answer = await answered(patrol, tx, asking(asked, "zhang", Division("360222000000")))
        lines = [{"day": one.day, "division": one.division, "source": one.source} for one in answer.body.days]
        return lines, answer.body.more

    lines, more = await shown()
    assert [(one["day"].day, one["division"], one["source"]) for one in lines] == [
        (16, WEST, "acme"), (15, WEST, "acme"), (15, WEST, "other"), (15, EAST, "acme"),
    ]  # fmt: skip
    assert more is False
    assert [await shown(limit=1, after=one) for one in lines[:2]] == [([lines[1]], True), ([lines[2]], True)]
    assert await shown(limit=1, after=lines[2]) == ([lines[3]], False)


async def test_what_waits_for_the_clock_is_counted_until_it_is_looked_at(tx):
    await hear(patrol, tx, [reported("r-1")])
    tx.now = MIDNIGHT
    assert (await patrol.due_work(tx))["timeliness"] == 1
    await told(tx, MIDNIGHT)
    assert (await patrol.due_work(tx))["timeliness"] == 0
