"""How grave an incident is, at the edges of each rule and of the days on which rules changed."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from contracts.law.lines import Faulty
from contracts.law.reading import read_law
from contracts.law.severity import SeverityRules
from contracts.patrol import IncidentKind, IncidentLocated, details_of
from services.patrol.incident.severity import SEVERITY, acted_on, first_step, judged
from services.patrol.service import patrol
from tests.patrol.areas_and_reports import NOW, reported
from tests.telling import hear

LAW = SEVERITY.shipped
DAY = date(2020, 7, 1)


def grade(kind, details, day=DAY):
    kind = IncidentKind(kind)
    found = judged(LAW, kind, details_of(kind, details), day)
    return found and (found.grade, str(found.severity))


def ha(amount):
    return {"damaged": {"amount": amount, "unit": "ha"}}


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({}, None),
        (ha("0.9999"), "general"),
        (ha("1"), "larger"),
        (ha("99.9999"), "larger"),
        (ha("100"), "grave"),
        (ha("999.9999"), "grave"),
        (ha("1000"), "most_grave"),
        ({"damaged": {"amount": "15", "unit": "mu"}}, "larger"),
        ({"damaged": {"amount": "9999", "unit": "m2"}}, "general"),
        ({"damaged": {"amount": "10000", "unit": "m2"}}, "larger"),
        ({"other_forest_land": True}, "general"),
        ({"other_forest_land": False}, None),
        ({"people_dead": 0, "people_hurt": 0}, None),
        ({"people_dead": 1}, "general"),
        ({"people_dead": 2}, "general"),
        ({"people_dead": 3}, "larger"),
        ({"people_dead": 9}, "larger"),
        ({"people_dead": 10}, "grave"),
        ({"people_dead": 29}, "grave"),
        ({"people_dead": 30}, "most_grave"),
        ({"people_hurt": 1}, "general"),
        ({"people_hurt": 9}, "general"),
        ({"people_hurt": 10}, "larger"),
        ({"people_hurt": 49}, "larger"),
        ({"people_hurt": 50}, "grave"),
        ({"people_hurt": 99}, "grave"),
        ({"people_hurt": 100}, "most_grave"),
        ({**ha("0.5"), "people_dead": 0, "people_hurt": 60}, "grave"),
        ({**ha("120"), "people_dead": 1}, "grave"),
    ],
)
def test_a_fire_is_as_grave_as_the_worst_of_three_measures(details, expected):
    found = grade("fire", details)
    assert (found and found[0]) == expected


@pytest.mark.parametrize(
    ("manner", "details", "before_2023", "since_2023"),
    [
        ("theft", {"volume_m3": "0.4999"}, "theft_petty", "theft_petty"),
        ("theft", {"volume_m3": "0.5"}, "theft", "theft"),
        ("theft", {"saplings": 19}, "theft_petty", "theft_petty"),
        ("theft", {"saplings": 20}, "theft", "theft"),
        ("theft", {"volume_m3": "1.9999"}, "theft", "theft"),
        ("theft", {"volume_m3": "2"}, "theft_crime", "theft"),
        ("theft", {"saplings": 100}, "theft_crime", "theft"),
        ("theft", {"volume_m3": "4.9999"}, "theft_crime", "theft"),
        ("theft", {"volume_m3": "5"}, "theft_crime", "theft_crime"),
        ("theft", {"saplings": 200}, "theft_crime", "theft_crime"),
        ("excess", {"volume_m3": "1.9999"}, "excess_petty", "excess_petty"),
        ("excess", {"volume_m3": "2"}, "excess", "excess"),
        ("excess", {"saplings": 49}, "excess_petty", "excess_petty"),
        ("excess", {"saplings": 50}, "excess", "excess"),
        ("excess", {"volume_m3": "10"}, "excess_crime", "excess"),
        ("excess", {"saplings": 500}, "excess_crime", "excess"),
        ("excess", {"volume_m3": "20"}, "excess_crime", "excess_crime"),
        ("excess", {"saplings": 1000}, "excess_crime", "excess_crime"),
    ],
)
def test_felling_is_judged_by_the_limits_of_the_day_of_the_act(manner, details, before_2023, since_2023):
    details = {"manner": manner, **details}
    days = (date(2020, 6, 30), date(2020, 7, 1), date(2023, 8, 14), date(2023, 8, 15), date(2024, 1, 1))
    found = [grade("felling", details, day)[0] for day in days]
    assert found == [before_2023, before_2023, before_2023, since_2023, since_2023]


@pytest.mark.parametrize(
    ("details", "before", "since"),
    [
        ({"manner": "theft", "volume_m3": "0.3"}, (10, 10, 3, 5), (1, 5, 5, 10)),
        ({"manner": "theft", "volume_m3": "1"}, (10, 10, 5, 10), (1, 5, 5, 10)),
        ({"manner": "excess", "volume_m3": "1"}, (5, 5, 2, 3), (1, 3, 3, 5)),
        ({"manner": "excess", "volume_m3": "5"}, (5, 5, 3, 5), (1, 3, 3, 5)),
    ],
)
def test_the_forest_law_of_2019_counts_from_the_first_of_july_2020(details, before, since):
    for day, expected in ((date(2020, 6, 30), before), (date(2020, 7, 1), since)):
        found = judged(LAW, IncidentKind.FELLING, details_of(IncidentKind.FELLING, details), day)
        assert (found.replant_from, found.replant_to, found.fine_from, found.fine_to) == expected
        assert found.acted_on == day


@pytest.mark.parametrize(
    ("kind", "details", "expected"),
    [
        ("felling", {"rare_trees": 1}, ("rare", "grave")),
        ("felling", {"rare_trees": 2}, ("rare_grave", "grave")),
        ("felling", {"volume_m3": "50"}, None),
        ("forest_land_taken", {"ground_mu": "9.9999"}, ("land", "serious")),
        ("forest_land_taken", {"ground_mu": "10"}, ("land_crime", "grave")),
        ("forest_land_taken", {"ground_mu": "5", "protection_forest_mu": "5"}, ("land_crime", "grave")),
        ("forest_land_taken", {"ground_mu": "4.9999", "protection_forest_mu": "4.9999"}, ("land", "serious")),
        ("forest_land_taken", {"ground_mu": "7.5", "protection_forest_mu": "2.5"}, ("land_crime", "grave")),
        ("forest_land_taken", {"ground_mu": "9", "protection_forest_mu": "2.4999"}, ("land", "serious")),
        ("poaching", {"animals": 19}, None),
        ("poaching", {"animals": 20}, ("hunting_crime", "grave")),
        ("poaching", {"banned_tool": True}, None),
        ("poaching", {"banned_tool": True, "banned_season": True}, ("hunting_crime", "grave")),
        ("poaching", {"animals": 1, "protection_class": "class_2"}, ("protected", "grave")),
        ("wildlife_eating", {"protection_class": "province"}, None),
        ("sick_wildlife", {"dead": 2}, None),
        ("sick_wildlife", {"dead": 3}, ("several", "grave")),
        ("old_tree_hurt", {"tree_grade": "first"}, ("first_grade", "grave")),
        ("old_tree_hurt", {"tree_grade": "second"}, None),
        ("reserve_violation", {"zone": "core"}, ("core_zone", "grave")),
        ("reserve_violation", {"zone": "buffer"}, None),
        ("dead_pines", {"infected_area": True}, ("infected_area", "grave")),
        ("waste", {"waste_m3": 100}, None),
    ],
)
def test_each_kind_has_its_own_measure(kind, details, expected):
    assert grade(kind, details) == expected


@pytest.mark.parametrize(
    ("seen_at", "day"),
    [
        (datetime(2020, 6, 30, 15, 59, 59, tzinfo=UTC), date(2020, 6, 30)),
        (datetime(2020, 6, 30, 16, 0, tzinfo=UTC), date(2020, 7, 1)),
        (datetime(2023, 8, 14, 16, 0, tzinfo=UTC), date(2023, 8, 15)),
    ],
)
def test_where_no_day_of_the_act_is_stated_it_is_the_day_in_china_on_which_it_was_seen(seen_at, day):
    assert acted_on({}, seen_at) == day
    assert acted_on({"acted_on": "2020-05-01"}, seen_at) == date(2020, 5, 1)


@pytest.mark.parametrize(
    ("kind", "hours"),
    [
        ("fire", 0.5),
        ("illegal_fire_use", 1),
        ("sick_wildlife", 2),
        ("poaching", 24),
        ("dead_pines", 24),
        ("felling", 72),
        ("forest_land_taken", 120),
        ("damaged_board", 240),
    ],
)
def test_each_kind_says_by_when_something_is_first_done(kind, hours):
    assert first_step(LAW, IncidentKind(kind), NOW).due_at - NOW == timedelta(hours=hours)


def test_news_of_a_fire_passes_through_one_gate():
    assert "森林防火指挥部" in first_step(LAW, IncidentKind.FIRE, NOW).to_chinese


async def test_an_incident_is_as_grave_as_the_rules_say_and_keeps_what_was_stated(tx):
    details = {"manner": "theft", "volume_m3": "2"}
    ((_, fact),) = await hear(patrol, tx, [reported("a", severity="minor", details=details)])
    assert isinstance(fact, IncidentLocated)
    incident = fact.incident
    assert (incident.severity, incident.stated_severity, incident.judged.grade) == ("grave", "minor", "theft_crime")
    assert await hear(patrol, tx, [reported("a", severity="minor", details=details)]) == []


async def test_what_the_rules_say_nothing_of_is_as_grave_as_was_stated(tx):
    ((_, fact),) = await hear(patrol, tx, [reported("a", severity="minor")])
    assert (fact.incident.severity, fact.incident.judged) == ("minor", None)


async def test_a_revision_is_judged_anew(tx):
    await hear(patrol, tx, [reported("a", details={"manner": "theft", "volume_m3": "0.3"})])
    more = {"manner": "theft", "volume_m3": "3"}
    ((_, fact),) = await hear(patrol, tx, [reported("a", revision=2, details=more)])
    assert (fact.incident.severity, fact.incident.judged.grade) == ("grave", "theft_crime")


def stated(kind, condition, **more):
    """A law with one grade of one kind."""
    grade = {"grade": "many", "words": ["多", "many"], "severity": "grave", "any_of": [[condition]], **more}
    kinds = {kind: {"source": "a", "grades": [grade]}}
    text = json.dumps({"law": "patrol.severity", "version": "1", "source": "a", "kinds": kinds})
    return read_law(text, "patrol.severity", SeverityRules)


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("waste", {"field": "horses", "at_least": 1}),
        ("waste", {"field": "sub_compartment", "more_than": 0}),
        ("fire", {"field": "other_forest_land", "at_least": 1}),
        ("fire", {"field": "damaged", "at_least": 1}),
        ("felling", {"field": "manner", "equals": "theft", "more_than": 0}),
        ("felling", {"field": "acted_on", "at_least": 2020}),
        ("damaged_board", {"field": "compartment", "at_least": 1}),
    ],
)
def test_a_rule_of_a_field_that_the_kind_does_not_have_or_that_is_no_amount_is_refused(kind, condition):
    with pytest.raises(Faulty) as refused:
        stated(kind, condition)
    assert [one.rule.code for one in refused.value.faults] == ["one_of"]


@pytest.mark.parametrize(
    ("times", "told"),
    [((0, 999), ("0", "999")), ((1.5, 3.33333), ("1.5", "3.3333")), (("10", "12.25"), ("10", "12.25"))],
)
def test_how_many_times_as_much_is_told_to_four_places(times, told):
    law = stated("waste", {"field": "waste_m3", "more_than": 0}, replant_times=times, fine_times=times)
    found = judged(law, IncidentKind("waste"), details_of(IncidentKind("waste"), {"waste_m3": 1}), DAY)
    said = [found.replant_from, found.replant_to, found.fine_from, found.fine_to]
    assert said == [Decimal(one) for one in (*told, *told)]


def test_more_times_than_can_be_told_are_refused():
    with pytest.raises(Faulty) as refused:
        stated("waste", {"field": "waste_m3", "more_than": 0}, fine_times=[1, 1000])
    assert [one.rule.code for one in refused.value.faults] == ["decimal_not_negative"]
