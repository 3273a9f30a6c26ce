"""What is entered without a report: its defaults by its origin, the day it counts from, and what is wrong with it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contracts.cases import CaseKind, Finding, Interval, OldCase, OpenDirective, Origin, RegisterCase
from contracts.language.division import Division
from services.cases.case import case as rules
from services.cases.entry import found as findings
from services.cases.post.post import Roster
from tests.cases.county import COUNTY_OFFICE, POSTS, STATION, VILLAGE, incident
from tests.cases.steps import NOW, ROSTER, TODAY
from tests.cases.test_entering import FOUND, SHIELD, row

ID, NUMBER = incident().id, "2020-360222-000001"
DIRECTIVE = {
    "instrument": "order",
    "number": "第3号林长令",
    "issued_on": "2019-12-31",
    "issuer_post_id": "360222000000-chief",
}
DAY = date(2020, 6, 10)
PERIOD = Interval(from_on=date(2020, 5, 1), to_on=date(2020, 5, 31))


@pytest.mark.parametrize(
    ("by", "more", "origin", "campaign", "found_on", "kind"),
    [
        (RegisterCase(**FOUND, found_on=DAY), {}, "command", "daily-2020", DAY, "forest_land_taken"),
        (RegisterCase(**FOUND, found_on=DAY, campaign=SHIELD), {}, "command", SHIELD, DAY, "forest_land_taken"),
        (
            OpenDirective(
                directive=DIRECTIVE, division=VILLAGE, place="三龙镇", text="排查", unit=STATION, due_on="2020-07-01"
            ),
            {},
            "directive",
            "daily-2019",
            date(2019, 12, 31),
            "directive",
        ),
        (Finding(**FOUND), {"campaign": SHIELD}, "review", SHIELD, TODAY, "forest_land_taken"),
        (OldCase(**row("1")), {"campaign": SHIELD}, "import", SHIELD, date(2018, 8, 1), "forest_land_taken"),
    ],
)
def test_what_is_found_has_the_campaign_and_the_day_of_its_origin(by, more, origin, campaign, found_on, kind):
    found = findings.found(by, ID, NUMBER, TODAY, **more)
    assert (found.origin, found.campaign, found.found_on, found.kind) == (origin, campaign, found_on, kind)
    assert (found.id, found.number, found.division, found.place, found.text, found.severity) == (
        ID,
        NUMBER,
        VILLAGE,
        by.place,
        by.text,
        by.severity,
    )


def stated(**changes):
    asked = RegisterCase(**FOUND, found_on=DAY)
    return replace(findings.found(asked, ID, NUMBER, TODAY), **changes)


def test_it_waits_for_its_office_from_the_day_it_is_known_and_was_found_on_its_own():
    case = findings.enter(stated(), ROSTER, NOW)
    assert (case.state, case.office, case.owner.unit, case.owner.due_on, case.owner.since_on) == (
        "registered",
        COUNTY_OFFICE,
        COUNTY_OFFICE,
        date(2020, 6, 18),
        TODAY,
    )
    assert (case.moved_on, case.since) == (DAY, NOW)
    assert case.seen_at == datetime(2020, 6, 9, 16, tzinfo=UTC)  # the 10th begins in China
    assert findings.enter(stated(found_on=date(2020, 6, 16)), ROSTER, NOW).moved_on == TODAY


@pytest.mark.parametrize(
    ("campaign", "occurred", "expected"),
    [
        ("daily-2020", None, None),
        ("daily-2020", PERIOD, PERIOD),
        ("forest-inspection-2020", None, Interval(from_on=date(2019, 1, 1), to_on=date(2019, 12, 31))),
        ("forest-inspection-2020", PERIOD, PERIOD),
        (SHIELD, None, None),
    ],
)
def test_when_it_occurred_is_what_is_stated_else_the_year_that_the_campaign_looks_at(campaign, occurred, expected):
    case = findings.enter(stated(campaign=campaign, occurred=occurred), ROSTER, NOW)
    assert (case.occurred, bool(case.answerable)) == (expected, expected is not None)


@pytest.mark.parametrize(("day", "known"), [(date(2019, 12, 31), True), (date(2019, 12, 30), False)])
def test_a_year_counts_as_looked_at_once_it_is_over(day, known):
    found = stated(campaign="forest-inspection-2020", found_on=day)
    assert (findings.enter(found, ROSTER, NOW).occurred is not None) is known


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"found_on": TODAY}, []),
        ({"found_on": date(2020, 6, 16)}, ["found_on"]),
        ({"division": Division("360222999201")}, ["division"]),
        ({"division": Division("360102001201")}, ["division", "division"]),  # no posts, no office
        ({"division": Division("360102001201"), "campaign": SHIELD}, ["division", "division", "division"]),
        ({"kind": CaseKind.WASTE}, []),
        ({"kind": CaseKind.WASTE, "campaign": SHIELD}, ["kind"]),
        ({"kind": CaseKind.DIRECTIVE}, ["kind"]),
        ({"kind": CaseKind.DIRECTIVE, "origin": Origin.REVIEW}, ["kind"]),
        ({"kind": CaseKind.DIRECTIVE, "origin": Origin.DIRECTIVE}, []),
        ({"kind": CaseKind.DIRECTIVE, "origin": Origin.IMPORT}, []),
        ({"occurred": Interval(from_on=DAY, to_on=DAY)}, []),
        ({"occurred": Interval(from_on=date(2020, 6, 9), to_on=DAY)}, []),
        ({"occurred": Interval(from_on=DAY, to_on=date(2020, 6, 11))}, ["occurred"]),
        ({"occurred": Interval.model_construct(from_on=DAY, to_on=date(2020, 6, 9))}, ["occurred"]),
    ],
    ids=str,
)
def test_each_field_that_breaks_a_rule_is_named(changes, fields):
    problems = findings.problems_of(stated(**changes), ROSTER, TODAY)
    assert [field for field, _ in problems] == fields
    assert all(rule for _, rule in problems)


def test_a_place_whose_office_has_ended_has_none():
    ended = [post.model_copy(update={"ended_on": date(2020, 6, 14)}) for post in POSTS]
    ((field, rule),) = findings.problems_of(stated(), Roster(ended), TODAY)
    assert (field, rule) == ("division", f"no chief office is enrolled for {VILLAGE} at county level or above")


@pytest.mark.parametrize(
    ("areas", "place"),
    [
        ([0, 1, 2, 3, 4], "浮梁县三龙镇双龙村"),
        ([0, 1, 2], "三龙镇双龙村"),
        ([0], "一号网格"),
        ([4], "景德镇市"),
        ([0, 4], "一号网格"),
    ],
)
def test_a_place_is_called_by_its_divisions_from_the_county_down(areas, place):
    report = incident()
    named = report.model_copy(update={"areas": tuple(report.areas[n] for n in areas)})
    assert rules.placed(named) == {"lon": 117.2, "lat": 29.3, "area_id": named.areas[0].id, "place": place}


def test_a_place_has_at_most_two_hundred_characters():
    report = incident()
    long = tuple(area.model_copy(update={"name": "长" * 90}) for area in report.areas)
    assert rules.placed(report.model_copy(update={"areas": long}))["place"] == "长" * 200
