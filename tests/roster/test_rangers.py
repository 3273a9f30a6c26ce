"""What is found in rangers' files: pay, kit, training, rewards and penalties, on the edges of their rules."""

from datetime import date

import pytest

from contracts.roster import Register
from services.roster.ranger import law as rangers
from services.roster.ranger import ranger
from tests.roster.areas_and_posts import TOWN
from tests.roster.entries import entry
from tests.roster.looked_at import TODAY, seen, wanted


def paid(*years):
    return [
        {"year": year, "season": "year", "months": months, "base_yuan": base, "performance_yuan": "0"}
        for year, months, base in years
    ]


@pytest.mark.parametrize(
    ("pay", "below", "lower"),
    [
        (paid((2019, 12, "10000")), False, False),
        (paid((2019, 12, "9999.99")), True, False),
        (paid((2019, 11, "9000")), False, False),
        (paid((2018, 12, "12000"), (2019, 12, "12000")), False, False),
        (paid((2018, 12, "12000"), (2019, 12, "11999.99")), False, True),
        (paid((2017, 12, "12000"), (2019, 12, "11000")), False, False),
        (paid((2018, 12, "12000"), (2019, 6, "5000")), False, False),
        (paid((2018, 12, "12000"), (2019, 6, "5000"), (2019, 6, "6000")), False, True),
    ],
)
def test_a_year_of_pay_is_set_beside_the_standard_and_the_year_before(pay, below, lower):
    one = entry(Register.RANGER, pay=pay)
    assert bool(wanted(ranger, rangers, one, rule="pay_below_standard")) is below
    assert bool(wanted(ranger, rangers, one, rule="pay_lower_than_before")) is lower


@pytest.mark.parametrize(
    ("monthly", "season", "below"),
    [("750", "fire", False), ("749.99", "fire", True), ("450", "other", False), ("449.99", "other", True)],
)
def test_pay_may_differ_by_season(monthly, season, below):
    pay = [{"year": 2019, "season": season, "months": 1, "base_yuan": monthly, "performance_yuan": "0"}]
    one = entry(Register.RANGER, division="431128100000", pay=pay)
    assert bool(wanted(ranger, rangers, one, rule="pay_below_standard")) is below


def entered(rule, amount, first):
    thing = {
        "item": "1",
        "rule": rule,
        "on": "2020-06-15",
        "amount_yuan": amount,
        "reported_first": first,
        "grounds": "a",
    }
    return [thing]


@pytest.mark.parametrize(
    ("things", "wrong"),
    [
        (entered("fire", "75", True), []),
        (entered("fire", "150", True), []),
        (entered("fire", "150.01", True), ["amount_by_rule"]),
        (entered("fire", "149.99", False), ["amount_by_rule"]),
        (entered("fire", "150", False), []),
        (entered("fire", "300", False), []),
        (entered("fire", "300.01", False), ["amount_by_rule"]),
        (entered("report_rewarded", "100", False), []),
        (entered("report_rewarded", "99", True), ["amount_by_rule"]),
        (entered("smile", "1", True), ["one_of"]),
        (entered("fire", "75", True) * 2, ["once_in_list", "once_in_list"]),
        ([{**entered("fire", "75", True)[0], "on": "2020-06-16"}], ["not_after_today"]),
    ],
)
def test_money_is_given_and_taken_by_rule_and_what_nobody_told_costs_double(things, wrong):
    one = entry(Register.RANGER, rewards_and_penalties=things)
    assert [rule.code for _, rule in ranger.problems(one, None, None, seen(rangers))] == wrong


def test_what_was_not_reported_costs_about_double_by_every_rule_of_the_shipped_standards():
    for standard in rangers.LAW.shipped.newest.standards:
        for rule in standard.rules.values():
            if rule.unreported_yuan is not None:
                assert tuple(2 * one for one in rule.reported_yuan) == rule.unreported_yuan


ALL_KIT = tuple(rangers.LAW.shipped.newest.standard(TOWN).kit)


@pytest.mark.parametrize(
    ("given", "today", "from_on"),
    [
        ({}, TODAY, "2020-06-15"),
        (dict.fromkeys(ALL_KIT, "2020-03-01"), TODAY, "2021-03-01"),
        ({**dict.fromkeys(ALL_KIT, "2020-03-01"), "badge": "2017-06-16"}, TODAY, "2020-06-16"),
        ({**dict.fromkeys(ALL_KIT, "2020-03-01"), "badge": "2017-06-15"}, TODAY, "2020-06-15"),
        ({**dict.fromkeys(ALL_KIT, "2020-03-01"), "badge": "2015-01-01"}, TODAY, "2020-06-15"),
    ],
)
def test_kit_is_missing_when_it_was_never_given_or_has_outlived_its_years(given, today, from_on):
    kit = [{"item": item, "pieces": 1, "given_on": day} for item, day in given.items()]
    assert wanted(ranger, rangers, entry(Register.RANGER, kit=kit), today, rule="kit_missing") == [(from_on, None)]


@pytest.mark.parametrize(
    ("training", "known_on", "expected"),
    [
        ([(8, "2020-03-02", True)], date(2020, 1, 1), []),
        ([(7, "2020-03-02", True)], date(2020, 1, 1), [("2020-12-01", "2020-12-31")]),
        ([(8, "2020-03-02", False)], date(2020, 1, 1), [("2020-12-01", "2020-12-31")]),
        ([(8, "2019-12-31", True)], date(2020, 1, 1), [("2020-12-01", "2020-12-31")]),
        ([], date(2020, 12, 1), [("2020-12-01", "2020-12-31")]),
        ([], date(2020, 12, 2), []),
    ],
)
def test_each_year_since_it_is_known_has_its_hours_of_training(training, known_on, expected):
    courses = [{"subject": "a", "attended_on": day, "hours": h, "passed": ok} for h, day, ok in training]
    one = entry(Register.RANGER, training=courses)
    today = max(TODAY, known_on)
    assert wanted(ranger, rangers, one, today, known_on, rule="training_missing") == expected


@pytest.mark.parametrize(
    ("last", "expected"), [("2020-12-31", ("2020-12-01", "2020-12-31")), ("2019-12-31", ("2019-12-01", "2020-01-01"))]
)
def test_a_contract_is_asked_for_before_it_ends(last, expected):
    one = entry(Register.RANGER, contract_from="2019-01-01", contract_to=last)
    assert wanted(ranger, rangers, one, rule="contract_not_in_force") == [expected]
