"""Suspect patches: each is something of its own and comes to a case or to no violation; the shares are counted."""

from decimal import Decimal

import pytest

from contracts.cases import (
    CaseClosed,
    CaseDismissed,
    CaseMerged,
    CaseRelapsed,
    CaseReopened,
    CaseVerified,
    CaseVoided,
    Route,
)
from contracts.language.division import Division
from contracts.patrol import IncidentLinked, IncidentLocated, IncidentRevised, PatchJudged, PatchOutcome, ShowPatches
from services.patrol.patch.outcome import Counted, shown
from services.patrol.service import patrol
from tests.cases import county
from tests.patrol.areas_and_reports import METRE, NOW, reported
from tests.telling import answered, asking, hear, heard

COUNTY = Division("360222000000")
RING = ((117.05, 29.05), (117.051, 29.05), (117.051, 29.051), (117.05, 29.051), (117.05, 29.05))


def patch(number, east_m=0, area_ha="0.5000", project="2020年森林督查", **changes):
    stated = {
        "project": project,
        "number": number,
        "boundary": {"type": "MultiPolygon", "coordinates": ((RING,),)},
        "area_ha": area_ha,
        "after_on": "2020-05-01",
    }
    kind = changes.pop("kind", "forest_land_taken")
    details = {"patch": stated}
    return reported(f"patch/{number}", 117.05 + east_m * METRE, kind=kind, details=details, **changes)


async def located(tx, *patches):
    news = await hear(patrol, tx, list(patches))
    assert [type(fact) for _, fact in news] == [IncidentLocated] * len(patches)
    return [fact.incident for _, fact in news]


def moved(kind, incident, sequence=1, **more):
    case = county.closed_case(incident).model_copy(update=more.pop("case", {}))
    return heard(kind(case=case, by="p-1", at=NOW, **more), "cases", sequence=sequence)


async def test_patches_side_by_side_are_each_something_of_its_own_and_others_may_corroborate_one(tx):
    await located(tx, patch("1"), patch("2", 30))
    (news,) = await hear(patrol, tx, [reported("walker", kind="forest_land_taken")])
    assert isinstance(news[1], IncidentLinked)


@pytest.mark.parametrize(
    ("fact", "more", "outcome", "reason"),
    [
        (CaseVerified, {}, "case", None),
        (CaseDismissed, {"reason": "经批准的农村道路"}, "no_violation", "经批准的农村道路"),
        (
            CaseClosed,
            {"case": {"route": Route.NO_VIOLATION, "measures": "有使用林地审核同意书"}},
            "no_violation",
            "有使用林地审核同意书",
        ),
        (CaseClosed, {"case": {"route": Route.PUT_RIGHT}}, "case", None),
        (CaseClosed, {"case": {"route": Route.PENALTY}}, "case", None),
        (CaseClosed, {"case": {"route": Route.JUSTICE}}, "case", None),
    ],
)
async def test_what_a_patch_comes_to_follows_its_case(tx, fact, more, outcome, reason):
    (incident,) = await located(tx, patch("TB-1", area_ha="1.2500"))
    ((_, told),) = await hear(patrol, tx, [moved(fact, incident, **more)])
    assert isinstance(told, PatchJudged)
    assert (told.number, told.project, told.division) == ("TB-1", "2020年森林督查", incident.division)
    assert (told.outcome, told.reason, told.area_ha) == (outcome, reason, Decimal("1.25"))


async def test_the_newest_fact_about_its_case_counts_in_whatever_order_they_come(tx):
    (incident,) = await located(tx, patch("1"))
    reopened = moved(CaseReopened, incident, sequence=3, reason="群众举报")
    assert [fact.outcome for _, fact in await hear(patrol, tx, [reopened])] == []
    dismissed = moved(CaseDismissed, incident, sequence=2, reason="未见变化")
    assert await hear(patrol, tx, [dismissed]) == []
    shown = (await answered(patrol, tx, asking(ShowPatches(), "operator", COUNTY))).body
    assert shown.whole.patches["open"] == 1


async def test_a_patch_that_is_judged_as_before_is_not_told_again(tx):
    (incident,) = await located(tx, patch("1"))
    assert len(await hear(patrol, tx, [moved(CaseVerified, incident, sequence=1)])) == 1
    assert await hear(patrol, tx, [moved(CaseMerged, incident, sequence=2, reason="重复")]) == []
    assert len(await hear(patrol, tx, [moved(CaseVoided, incident, sequence=3, reason="误登")])) == 1


async def test_a_case_of_what_is_no_patch_is_nothing_to_it(tx):
    ((_, told),) = await hear(patrol, tx, [reported("a")])
    assert await hear(patrol, tx, [moved(CaseVerified, told.incident)]) == []


async def test_the_shares_are_of_those_that_came_to_something_by_division(tx):
    west = await located(tx, *[patch(f"w{n}", n * 40, area_ha=f"{n}.0000") for n in range(1, 5)])
    (east,) = await located(tx, patch("e1", 8000, project="2019年森林督查"))
    for at, one in enumerate(west[:2]):
        await hear(patrol, tx, [moved(CaseDismissed, one, sequence=at + 1, reason="无违法")])
    await hear(patrol, tx, [moved(CaseVerified, west[2])])
    await hear(patrol, tx, [moved(CaseVoided, east, reason="误登")])
    shown = (await answered(patrol, tx, asking(ShowPatches(), "operator", COUNTY))).body
    assert shown.whole.patches == {"open": 1, "case": 1, "no_violation": 2, "voided": 1}
    assert shown.whole.area_ha["no_violation"] == Decimal(3)
    assert (shown.whole.case_share, shown.whole.no_violation_share) == (1 / 3, 2 / 3)
    assert [one.division for one in shown.parts] == ["360222104000"]
    town = (await answered(patrol, tx, asking(ShowPatches(), "operator", Division("360222104000")))).body
    assert [(one.division, one.no_violation_share) for one in town.parts] == [
        ("360222104201", 2 / 3),
        ("360222104202", None),
    ]
    of_2019 = asking(ShowPatches(project="2019年森林督查"), "operator", COUNTY)
    assert sum((await answered(patrol, tx, of_2019)).body.whole.patches.values()) == 1


async def test_a_revised_patch_is_counted_once_and_keeps_what_it_came_to(tx):
    (incident,) = await located(tx, patch("1"))
    await hear(patrol, tx, [moved(CaseVerified, incident)])
    again = await hear(patrol, tx, [patch("1", area_ha="0.7500", revision=2)])
    assert [type(fact) for _, fact in again] == [IncidentRevised]
    whole = (await answered(patrol, tx, asking(ShowPatches(), "operator", COUNTY))).body.whole
    assert (whole.patches["case"], whole.area_ha["case"]) == (1, Decimal("0.75"))


async def test_a_relapse_makes_it_a_case_again(tx):
    (incident,) = await located(tx, patch("1"))
    closed = moved(CaseClosed, incident, case={"route": Route.NO_VIOLATION})
    assert [fact.outcome for _, fact in await hear(patrol, tx, [closed])] == ["no_violation"]
    relapsed = moved(CaseRelapsed, incident, sequence=2, reason="recurrence", why="又堆土")
    assert [fact.outcome for _, fact in await hear(patrol, tx, [relapsed])] == ["case"]


def test_the_ground_of_many_patches_is_told_to_the_last_digit():
    largest = Counted(COUNTY, PatchOutcome.CASE, 3000, 3000 * Decimal("999999.9999"))
    assert shown(COUNTY, [largest]).whole.area_ha["case"] == Decimal("2999999999.7000")
