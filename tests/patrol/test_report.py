"""What becomes of a report, as one table, and what is near."""

from datetime import timedelta

import pytest

from contracts.language.values import SHANGHAI
from contracts.patrol import IncidentKind
from services.patrol.incident.judging import Judging, ReportFate
from services.patrol.incident.near import NEAR, Standing, cell, distance_m, nearest, spots
from services.patrol.incident.report import exchanged, incident_id, judge, moving
from services.runtime.reference.ground import Ground
from tests.patrol.areas_and_reports import AREAS, EAST, LAT, METRE, NOW, SEEN, WEST, reported

GROUND = Ground(AREAS)
RULES = NEAR.shipped.newest
REACH = RULES.reach(IncidentKind.FELLING)


def judged_with_those_left(*heard):
    areas = GROUND.containing(
        [one.body.at.lon for one in heard], [one.body.at.lat for one in heard], [SEEN.date()] * len(heard)
    )
    return judge(heard, areas, Judging({}, {}, NOW, RULES))


def judged(*heard):
    return judged_with_those_left(*heard)[0]


def fates(*heard):
    """What becomes of each: which report it belongs to, with what weight, and whether it raises the alarm."""
    outcomes, left = judged_with_those_left(*heard)
    names = {incident_id((one.source, one.body.external_id)): one.body.external_id for one in heard}
    return [
        (one.fate, names.get(one.to), one.weight, one.alarm, names.get(one.was_linked_to)) for one in (*outcomes, *left)
    ]


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


FIRE = {"kind": "fire"}
OFF, NORTH = 117.15, 29.08
"""Out of reach of the others, in the other village and to the north of them."""
LOCATED, LINKED, REVISED, REPEAT = ReportFate.LOCATED, ReportFate.LINKED, ReportFate.REVISED, ReportFate.REPEAT


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        # An alarm is raised once for a place: when it is reported, when a revision makes it one, or moves it elsewhere.
        ([reported("a")], [(LOCATED, "a", 1, False, None)]),
        ([reported("a", kind="sick_wildlife")], [(LOCATED, "a", 1, True, None)]),
        (
            [reported("a", **FIRE), reported("b", **FIRE)],
            [(LOCATED, "a", 1, True, None), (LINKED, "a", 2, False, None)],
        ),
        (
            [
                reported("a"),
                reported("a", revision=2, **FIRE),
                reported("a", revision=3),
                reported("a", revision=4, **FIRE),
            ],
            [
                (LOCATED, "a", 1, False, None),
                (REVISED, "a", 1, True, None),
                (REVISED, "a", 1, False, None),
                (REVISED, "a", 1, False, None),
            ],
        ),
        (
            [
                reported("a", **FIRE),
                reported("a", lat=NORTH, revision=2, **FIRE),
                reported("a", OFF, revision=3, **FIRE),
            ],
            [(LOCATED, "a", 1, True, None), (REVISED, "a", 1, False, None), (REVISED, "a", 1, True, None)],
        ),
        (
            [
                reported("a"),
                reported("b"),
                reported("b", revision=2, **FIRE),
                reported("b", revision=3, text="大火", **FIRE),
            ],
            [
                (LOCATED, "a", 1, False, None),
                (LINKED, "a", 2, False, None),
                (REVISED, "b", 1, True, "a"),
                (REVISED, "b", 1, False, None),
            ],
        ),
        # Who corroborated a fire that lies elsewhere was alarmed of already.
        (
            [reported("a", **FIRE), reported("b", **FIRE), reported("b", OFF, revision=2, **FIRE)],
            [(LOCATED, "a", 1, True, None), (LINKED, "a", 2, False, None), (REVISED, "b", 1, False, "a")],
        ),
        (
            [reported("a", **FIRE), reported("b", **FIRE), reported("a", OFF, revision=2, **FIRE)],
            [
                (LOCATED, "a", 1, True, None),
                (LINKED, "a", 2, False, None),
                (REVISED, "a", 2, True, None),
                (LOCATED, "b", 1, False, None),
            ],
        ),
        # One that only says more stays; one that moved to the north is another's, or its own.
        (
            [reported("a"), reported("b"), reported("b", revision=2, text="补充")],
            [(LOCATED, "a", 1, False, None), (LINKED, "a", 2, False, None), (REVISED, "a", 1, False, "a")],
        ),
        (
            [reported("a"), reported("b"), reported("b", lat=NORTH, revision=2)],
            [(LOCATED, "a", 1, False, None), (LINKED, "a", 2, False, None), (REVISED, "b", 1, False, "a")],
        ),
        (
            [reported("a"), reported("c", lat=NORTH), reported("b"), reported("b", lat=NORTH, revision=2)],
            [
                (LOCATED, "a", 1, False, None),
                (LOCATED, "c", 1, False, None),
                (LINKED, "a", 2, False, None),
                (REVISED, "c", 2, False, "a"),
            ],
        ),
        # What has lost a report weighs less, what it found elsewhere more; what moves keeps what it weighs.
        (
            [reported("a"), reported("b"), reported("b", OFF, revision=2), reported("c"), reported("d", OFF)],
            [
                (LOCATED, "a", 1, False, None),
                (LINKED, "a", 2, False, None),
                (REVISED, "b", 1, False, "a"),
                (LINKED, "a", 2, False, None),
                (LINKED, "b", 2, False, None),
            ],
        ),
        (
            [reported("a"), reported("b"), reported("a", 117.05 + 100 * METRE, revision=2), reported("c")],
            [
                (LOCATED, "a", 1, False, None),
                (LINKED, "a", 2, False, None),
                (REVISED, "a", 2, False, None),
                (LINKED, "a", 3, False, None),
            ],
        ),
        # Who has left is not left behind.
        (
            [reported("a"), reported("b"), reported("b", OFF, revision=2), reported("a", lat=NORTH, revision=2)],
            [
                (LOCATED, "a", 1, False, None),
                (LINKED, "a", 2, False, None),
                (REVISED, "b", 1, False, "a"),
                (REVISED, "a", 1, False, None),
            ],
        ),
        # Who is left behind together stays together, and nobody else's weight changes.
        (
            [reported("a"), reported("b"), reported("c"), reported("a", OFF, revision=2), reported("d")],
            [
                (LOCATED, "a", 1, False, None),
                (LINKED, "a", 2, False, None),
                (LINKED, "a", 3, False, None),
                (REVISED, "a", 3, False, None),
                (LINKED, "b", 3, False, None),
                (LOCATED, "b", 1, False, None),
                (LINKED, "b", 2, False, None),
            ],
        ),
    ],
)
def test_what_reports_belong_to_weigh_and_alarm_of(reports, expected):
    assert fates(*reports) == expected


def test_who_was_left_behind_by_a_fire_raises_no_alarm_when_it_is_sent_again():
    outcomes, left = judged_with_those_left(
        reported("a", **FIRE),
        reported("b", **FIRE),
        reported("a", OFF, revision=2, **FIRE),
        reported("b", revision=2, text="还在烧", **FIRE),
    )
    assert [one.alarm for one in (*outcomes, *left)] == [True, False, True, False, False]


def test_how_far_off_it_is_goes_with_what_corroborates():
    outcomes = judged(
        reported("a"), reported("b", 117.05 + 100 * METRE), reported("b", 117.05 + 50 * METRE, revision=2)
    )
    assert [round(one.distance_m) for one in outcomes] == [0, 100, 0]
    away = judged(reported("a"), reported("c", OFF), reported("b"), reported("b", OFF + 50 * METRE, revision=2))
    assert round(away[-1].distance_m) == 50


def test_only_a_higher_revision_may_take_an_incident_away_from_those_who_corroborate_it():
    first, again, later = reported("a", revision=2), reported("a", revision=2, text="x"), reported("a", revision=3)
    judging = Judging({}, {}, NOW, RULES)
    judge([first], GROUND.containing([117.05], [LAT], [SEEN.date()]), judging)
    assert moving([reported("a"), again, reported("b", revision=3)], judging.known) == []
    assert moving([later], judging.known) == [incident_id(("acme", "a"))]


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
