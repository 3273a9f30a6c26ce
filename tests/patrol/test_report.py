"""What becomes of a report, as one table, and what is near."""

from datetime import timedelta

import pytest

from contracts.language.values import SHANGHAI
from contracts.patrol import IncidentKind
from services.patrol.incident.judging import ReportFate
from services.patrol.incident.near import Standing, cell, distance_m, nearest, spots
from services.patrol.incident.report import exchanged, incident_id
from tests.patrol.areas_and_reports import EAST, LAT, METRE, NOW, SEEN, WEST, reported
from tests.patrol.judged import RULES, judged

REACH = RULES.reach(IncidentKind.FELLING)


A_DAY = timedelta(hours=24)
PHOTO = {"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 1000}


@pytest.mark.parametrize(
    ("first", "second", "fate"),
    [
        (reported("a"), reported("a"), ReportFate.REPEAT),
        (reported("a"), reported("a", seen_at=SEEN.astimezone(SHANGHAI)), ReportFate.REPEAT),
        (reported("a"), reported("a", text="另一句话"), ReportFate.REFUSED),
        (reported("a"), reported("a", 117.0500001), ReportFate.REFUSED),
        (reported("a"), reported("a", severity="grave"), ReportFate.REFUSED),
        (reported("a"), reported("a", kind="fire"), ReportFate.REFUSED),
        (reported("a"), reported("a", reporter="public"), ReportFate.REFUSED),
        (reported("a"), reported("a", seen_at=SEEN - timedelta(seconds=1)), ReportFate.REFUSED),
        (reported("a"), reported("a", details={"trees": 3}), ReportFate.REFUSED),
        (reported("a"), reported("a", evidence=[PHOTO]), ReportFate.REFUSED),
        (reported("a", details={"trees": 3}), reported("a", details={"trees": 3}), ReportFate.REPEAT),
        (reported("a", revision=3), reported("a", revision=2), ReportFate.REFUSED),
        (reported("a", revision=3), reported("a", revision=3), ReportFate.REPEAT),
        (reported("a"), reported("a", revision=2, text="补充"), ReportFate.REVISED),
        (reported("a"), reported("a", revision=2), ReportFate.REVISED),
        (reported("a"), reported("a", source="other"), ReportFate.LINKED),
        (reported("a"), reported("b", 117.05 + 190 * METRE), ReportFate.LINKED),
        (reported("a"), reported("b", 117.05 + 210 * METRE), ReportFate.LOCATED),
        (reported("a"), reported("b", kind="waste"), ReportFate.LOCATED),
        (reported("a"), reported("b", seen_at=SEEN - A_DAY), ReportFate.LINKED),
        (reported("a"), reported("b", seen_at=SEEN - A_DAY - timedelta(seconds=1)), ReportFate.LOCATED),
        (reported("a"), reported("b", seen_at=NOW + timedelta(minutes=5)), ReportFate.LINKED),
        (reported("a"), reported("b", seen_at=NOW + timedelta(minutes=5, microseconds=1)), ReportFate.REFUSED),
        (reported("a"), reported("b", 118.0), ReportFate.REFUSED),
    ],
)
def test_what_becomes_of_a_second_report(first, second, fate):
    assert [outcome.fate for outcome in judged(first, second)] == [ReportFate.LOCATED, fate]


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (reported("a", 118.0), ["at"]),
        (reported("a", seen_at=NOW + timedelta(days=1)), ["seen_at"]),
        (reported("a", 118.0, seen_at=NOW + timedelta(days=1)), ["seen_at", "at"]),
    ],
)
def test_a_refusal_names_each_field(wrong, fields):
    assert [problem.field for problem in judged(wrong)[0].problems] == fields


@pytest.mark.parametrize(
    ("second", "rule"),
    [
        (reported("a", revision=2, text="另一句话"), "2 was sent before with other content"),
        (reported("a", revision=1), "must be higher than 2, the revision that stands"),
    ],
)
def test_a_revision_that_comes_late_or_says_something_else_is_refused_by_name(second, rule):
    _, refused = judged(reported("a", revision=2), second)
    assert [problem.field for problem in refused.problems] == ["revision"]
    assert refused.problems[0].rule.startswith(rule)


def test_three_reports_of_one_thing_weigh_three_and_belong_to_the_first():
    first, second, third = judged(reported("a"), reported("b"), reported("c"))
    assert (second.to, third.to) == (first.incident.id, first.incident.id)
    assert (first.weight, second.weight, third.weight) == (1, 2, 3)


def test_a_revision_may_move_the_place_and_keeps_the_incident():
    first, moved = judged(reported("a"), reported("a", 117.15, revision=2))
    assert (first.incident.division, moved.incident.division) == (WEST, EAST)
    assert first.incident.id == moved.incident.id == incident_id(("acme", "a"))


def test_a_report_in_the_domestic_datum_is_located_where_it_was_seen():
    at = {"lon": 117.1 + 0.0055, "lat": LAT, "datum": "gcj02"}
    (outcome,) = judged(reported("a", at=at))
    assert outcome.incident.lon == pytest.approx(117.1004, abs=2e-3)
    assert outcome.incident.stated.datum == "gcj02"


def test_the_areas_of_an_incident_are_its_chain():
    (outcome,) = judged(reported("a"))
    assert [area.id for area in outcome.incident.areas] == [f"{WEST}-g1", WEST, "360222104000", "360222000000"]


def test_a_point_near_the_border_of_a_cell_is_looked_for_on_both_sides():
    border = 117.04
    west, east = border - 10 * METRE, border + 10 * METRE
    assert cell(west, LAT) != cell(east, LAT)
    standing = Standing(incident_id(("acme", "a")), west, LAT, SEEN, 1)
    found = nearest(IncidentKind.FELLING, east, LAT, SEEN, {(cell(west, LAT), IncidentKind.FELLING): [standing]}, REACH)
    assert found[0] is standing
    assert found[1] == pytest.approx(20, abs=0.5)


@pytest.mark.parametrize("lat", [29.05, 29.0401, 29.0399])
@pytest.mark.parametrize("lon", [117.05, 117.0401, 117.0399])
def test_every_point_within_reach_lies_in_a_place_that_is_looked_at(lon, lat):
    looked = set(spots(IncidentKind.FELLING, lon, lat, REACH))
    reach = REACH.within_m
    around = [(lon + x * METRE * 20, lat + y * 20 / 111_000) for x in range(-10, 11) for y in range(-10, 11)]
    within = [point for point in around if distance_m(lon, lat, *point) <= reach]
    assert {(cell(*point), IncidentKind.FELLING) for point in within} <= looked


def test_a_repeat_belongs_to_what_the_report_belongs_to():
    first, second, again, repeated = judged(reported("a"), reported("b"), reported("a"), reported("b"))
    assert [one.fate for one in (again, repeated)] == [ReportFate.REPEAT] * 2
    assert (again.to, repeated.to) == (first.incident.id, first.incident.id)
    assert (again.linked_to, second.linked_to) == (None, first.incident.id)


@pytest.mark.parametrize(
    ("lon", "lat", "other_way_round"),
    [
        (40.0, 80.0, (80.0, 40.0)),
        (90.0, 30.0, (30.0, 90.0)),
        (-90.0, 30.0, (30.0, -90.0)),
        (90.1, 30.0, None),
        (-90.1, 30.0, None),
    ],
)
def test_a_pair_can_be_exchanged_where_its_longitude_may_be_a_latitude(lon, lat, other_way_round):
    assert exchanged(reported("a", lon, lat).body) == other_way_round
