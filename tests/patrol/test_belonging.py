"""What reports belong to, weigh and alarm of, whatever is revised in between."""

import pytest

from services.patrol.incident.judging import Judging, ReportFate
from services.patrol.incident.report import incident_id, judge, moving
from tests.patrol.areas_and_reports import LAT, METRE, NOW, SEEN, reported
from tests.patrol.judged import GROUND, RULES, judged, judged_with_those_left


def fates(*heard):
    """What becomes of each: which report it belongs to, with what weight, and whether it raises the alarm."""
    outcomes, left = judged_with_those_left(*heard)
    names = {incident_id((one.source, one.body.external_id)): one.body.external_id for one in heard}
    return [
        (one.fate, names.get(one.to), one.weight, one.alarm, names.get(one.was_linked_to)) for one in (*outcomes, *left)
    ]


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
