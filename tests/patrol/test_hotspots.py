"""Hotspots of satellites: neighbouring pixels of one overpass are one fire and one alarm."""

from datetime import timedelta
from itertools import permutations

import pytest

from contracts.cases import CaseDismissed
from contracts.law.near import NearRules, Reach
from contracts.patrol import AlarmRaised, IncidentLinked, IncidentLocated, IncidentRevised
from services.patrol.incident.near import NEAR
from services.patrol.service import patrol
from tests.cases import county
from tests.patrol.areas_and_reports import METRE, NOW, SEEN, reported
from tests.telling import hear, heard

VIIRS_M, MODIS_M, MINUTES = 1000, 2500, timedelta(minutes=15)


def pixel(name, east_m, sensor="viirs", after=timedelta(0), **changes):
    stated = {"kind": "fire", "reporter": "satellite", "details": {"sensor": sensor, "satellite": "Suomi NPP"}}
    return reported(name, 117.05 + east_m * METRE, seen_at=SEEN + after, source="firms", **{**stated, **changes})


async def told(tx, *reports):
    return [type(fact) for _, fact in await hear(patrol, tx, list(reports))]


ONE_FIRE = [IncidentLocated, AlarmRaised]


def test_the_shipped_law_says_how_near_pixels_of_each_sensor_are():
    rules = NEAR.shipped.newest
    assert {name: (one.within_m, one.within) for name, one in rules.sensors.items()} == {
        "viirs": (VIIRS_M, MINUTES),
        "modis": (MODIS_M, MINUTES),
        "oli": (100, MINUTES),
    }


def test_the_coarser_of_two_sensors_says_how_near_and_of_an_unknown_one_nothing_is_said():
    rules = NEAR.shipped.newest
    assert [rules.between(*two).within_m for two in (("viirs", "modis"), ("modis", "viirs"), ("viirs", "viirs"))] == [
        MODIS_M,
        MODIS_M,
        VIIRS_M,
    ]
    assert [rules.between(*two) for two in (("viirs", "abi"), ("abi", "abi"))] == [None, None]


def test_a_law_that_was_taken_up_without_sensors_is_read():
    reach = Reach(within_m=200, within_h=24)
    assert NearRules(version="1", source="a", default=reach, kinds={}).between("viirs", "viirs") is None


@pytest.mark.parametrize("order", [*permutations(range(3))])
async def test_three_neighbouring_pixels_are_one_alarm_in_whatever_order_they_come(tx, order):
    three = [pixel(f"p-{n}", 377 * n) for n in range(3)]
    assert await told(tx, *(three[n] for n in order)) == [*ONE_FIRE, IncidentLinked, IncidentLinked]


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_long_line_of_fire_is_one_from_neighbour_to_neighbour(tx, at_once):
    line = [pixel(f"p-{n}", 377 * n) for n in range(8)]
    if at_once:
        facts = await hear(patrol, tx, line)
    else:
        facts = [fact for one in line for fact in await hear(patrol, tx, [one])]
    located, alarm, *linked = [fact for _, fact in facts]
    assert (type(located), type(alarm)) == (IncidentLocated, AlarmRaised)
    assert [(one.to, one.weight) for one in linked] == [(located.incident.id, n) for n in range(2, 9)]
    assert await tx.sql.fetchval("SELECT weight FROM incidents WHERE external_id = 'p-0'") == 8


@pytest.mark.parametrize(
    ("off_m", "sensor", "is_one"),
    [
        (VIIRS_M - 5, "viirs", True),
        (VIIRS_M + 5, "viirs", False),
        (MODIS_M - 5, "modis", True),
        (MODIS_M + 5, "modis", False),
        (95, "oli", True),
        (205, "oli", False),
        (195, "abi", True),
        (205, "abi", False),
    ],
)
async def test_how_far_off_a_neighbour_may_be_is_said_by_its_sensor(tx, off_m, sensor, is_one):
    facts = await told(tx, pixel("a", 0, sensor), pixel("b", off_m, sensor))
    assert facts == [*ONE_FIRE, *([IncidentLinked] if is_one else ONE_FIRE)]


@pytest.mark.parametrize(
    ("after", "is_one"),
    [
        (MINUTES, True),
        (-MINUTES, True),
        (MINUTES + timedelta(seconds=1), False),
        (-MINUTES - timedelta(seconds=1), False),
    ],
)
async def test_what_another_overpass_sees_beside_a_fire_is_an_alarm_of_its_own(tx, after, is_one):
    facts = await told(tx, pixel("a", 0), pixel("b", 377, after=after))
    assert facts == [*ONE_FIRE, *([IncidentLinked] if is_one else ONE_FIRE)]


async def test_a_pixel_corroborates_its_nearest_neighbours_fire(tx):
    facts = await hear(patrol, tx, [pixel("west", 0), pixel("east", 1500), pixel("between", 900)])
    located = {fact.incident.external_id: fact.incident.id for _, fact in facts if isinstance(fact, IncidentLocated)}
    assert facts[-1][1].to == located["east"]


async def test_a_fire_seen_by_a_ranger_is_no_pixel(tx):
    facts = await told(tx, pixel("a", 0), pixel("b", 377, details={}, reporter="ranger"))
    assert facts == [*ONE_FIRE, *ONE_FIRE]


async def test_what_a_case_has_shown_to_be_none_has_no_neighbours_more(tx):
    news = await hear(patrol, tx, [pixel("a", 0), pixel("b", 377)])
    case = county.closed_case(news[0][1].incident)
    await hear(patrol, tx, [heard(CaseDismissed(case=case, by="p-1", at=NOW, reason="工厂热源"), "cases")])
    assert await told(tx, pixel("c", 754)) == ONE_FIRE


async def test_a_revised_pixel_stays_with_its_neighbours_and_leaves_them_when_it_moves_away(tx):
    await hear(patrol, tx, [pixel("a", 0), pixel("b", 800), pixel("c", 1600)])
    assert await told(tx, pixel("c", 1650, revision=2)) == [IncidentRevised]
    assert await told(tx, pixel("c", 3000, revision=3)) == [IncidentRevised, IncidentLocated]
    weights = await tx.sql.fetch("SELECT external_id, weight FROM incidents WHERE linked_to IS NULL ORDER BY 1")
    assert [tuple(row) for row in weights] == [("a", 2), ("c", 1)]


async def test_pixels_that_their_fires_first_one_has_left_are_one_fire_of_their_own(tx):
    await hear(patrol, tx, [pixel("a", 0), pixel("b", 800), pixel("c", 1600)])
    news = await hear(patrol, tx, [pixel("a", -4000, revision=2)])
    assert [type(fact) for _, fact in news] == [IncidentRevised, IncidentLocated, IncidentLinked]
    assert news[2][1].to == news[1][1].incident.id
    assert {fact.incident.external_id for _, fact in news[1:]} == {"b", "c"}
