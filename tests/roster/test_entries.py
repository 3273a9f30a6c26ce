"""What is found in inventories, old trees, rangers' files, offices and their papers, on the edges of their rules."""

import json
from datetime import date

import pytest

from contracts.law.reading import read_law
from contracts.law.registers import OfficeStandard, OldTreeRules
from contracts.law.versions import Law, Version
from contracts.roster import Register
from services.roster.inventory import inventory
from services.roster.leading_group import leading_group
from services.roster.office import law as offices
from services.roster.office import office
from services.roster.old_tree import law as trees
from services.roster.old_tree import old_tree
from services.roster.register.finding import judged, look_on, wanted_of
from services.roster.register.period import months_later, part_of
from services.roster.register.rules import Seen
from tests.roster.areas_and_posts import TOWN
from tests.roster.entries import PHOTO, STATED, entry
from tests.roster.looked_at import TODAY, seen, wanted
from tests.servers import NOW


def codes(wrong):
    return [(field, rule.code) for field, rule in wrong]


@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ({}, []),
        ({"year": 2021}, [("year", "less_than_equal")]),
        ({"cover_percent": "100"}, []),
        ({"cover_percent": "100.0001"}, [("cover_percent", "less_than_equal")]),
        ({"natural_forest_mu": "12500.5"}, []),
        ({"natural_forest_mu": "12500.5001"}, [("natural_forest_mu", "at_most_field")]),
        ({"welfare_forest_mu": "12501"}, [("welfare_forest_mu", "at_most_field")]),
        ({"planted_commercial_mu": "12501"}, [("planted_commercial_mu", "at_most_field")]),
        ({"forest_stock_m3": "43010.0001"}, [("forest_stock_m3", "at_most_field")]),
        ({"forest_stock_m3": "43011", "standing_stock_m3": None}, []),
    ],
)
def test_an_inventorys_parts_lie_within_its_whole(otherwise, wrong):
    one = entry(Register.INVENTORY, **otherwise)
    assert codes(inventory.problems(one, None, {}, Seen(TODAY, None, TODAY))) == wrong


def test_an_area_has_one_inventory_a_year():
    one = entry(Register.INVENTORY)
    others = {(one.area_id, 2020): "another"}
    assert codes(inventory.problems(one, None, others, Seen(TODAY, None, TODAY))) == [("year", "once_for_area")]
    assert codes(inventory.problems(one, None, {(one.area_id, 2019): "another"}, Seen(TODAY, None, TODAY))) == []


@pytest.mark.parametrize(
    ("division", "age", "grade"),
    [
        (TOWN, 99, None),
        (TOWN, 100, 3),
        (TOWN, 299, 3),
        (TOWN, 300, 2),
        (TOWN, 499, 2),
        (TOWN, 500, 1),
        ("110105001000", 299, 2),
        ("110105001000", 300, 1),
        ("110105001000", 99, None),
    ],
)
def test_the_grade_of_an_age_is_that_of_the_place(division, age, grade):
    tree = entry(Register.OLD_TREE, division=division)
    assert trees.LAW.shipped.newest.scheme(tree.division).grade_of(age) == grade


@pytest.mark.parametrize(
    ("otherwise", "is_found"),
    [
        ({}, False),
        ({"age_years": 499}, True),
        ({"grade": 2}, True),
        ({"age_years": 60, "notable": True}, False),
        ({"age_years": 60}, True),
    ],
)
def test_a_grade_that_is_not_of_its_age_is_found_and_not_refused(otherwise, is_found):
    tree = entry(Register.OLD_TREE, **otherwise)
    assert list(old_tree.problems(tree, None, None, seen(trees))) == []
    assert bool(wanted(old_tree, trees, tree, rule="tree_grade")) is is_found


@pytest.mark.parametrize(
    ("otherwise", "expected"),
    [
        ({"grade": 1}, ("2020-08-11", "2020-09-10")),
        ({"grade": 2}, ("2021-02-08", "2021-03-10")),
        ({"grade": 3}, ("2022-02-08", "2022-03-10")),
        ({"grade": 3, "division": "370402001000"}, ("2023-02-08", "2023-03-10")),
        ({"checked_on": ["2020-03-10", "2020-06-01"]}, ("2020-11-01", "2020-12-01")),
        ({"checked_on": []}, ("2020-06-01", "2020-07-01")),
        ({"checked_on": ["2015-01-01"]}, ("2020-06-01", "2020-07-01")),
        ({"checked_on": ["2020-02-29"]}, ("2020-07-30", "2020-08-29")),
        ({"checked_on": ["2020-08-31"]}, ("2021-01-29", "2021-02-28")),
    ],
)
def test_a_tree_is_looked_at_again_by_its_grade_counted_from_the_last_look_or_since_it_is_known(otherwise, expected):
    tree = entry(Register.OLD_TREE, **otherwise)
    assert wanted(old_tree, trees, tree, rule="tree_check") == [expected]


def test_a_dead_tree_is_not_looked_at_again_and_a_tree_stands_where_its_datum_says():
    assert wanted(old_tree, trees, entry(Register.OLD_TREE, vigour="dead"), rule="tree_check") == []
    shifted = entry(Register.OLD_TREE, at={"lon": 117.2, "lat": 29.3, "datum": "gcj02"})
    lon, lat = old_tree.position(shifted)
    assert 0.003 < 117.2 - lon < 0.007
    assert 0 < abs(29.3 - lat) < 0.007


def met(*items):
    return [{"item": item, "met_on": "2020-05-30", "evidence": [PHOTO]} for item in items]


NAMED = ("premises", "staff", "information", "institutions", "publicity")


@pytest.mark.parametrize(
    ("otherwise", "is_found"),
    [
        ({"standards": met(*NAMED)}, False),
        ({"standards": met(*NAMED[1:])}, True),
        ({"standards": met(*NAMED), "staff": 1}, True),
        ({"standards": met(*NAMED), "staff": 2}, False),
        ({"standards": met(*NAMED), "full_time_staff": 0}, True),
    ],
)
def test_an_office_meets_each_named_standard_with_proof(otherwise, is_found):
    one = entry(Register.OFFICE, **otherwise)
    assert bool(wanted(office, offices, one, rule="standards_not_met")) is is_found


def test_what_differs_may_be_longer_than_a_finding_can_say():
    item = {"words": ["标" * 200, "standard"], "evidence": ["a", "b"]}
    law = offices.LAW.shipped.newest.model_copy(
        update={"standards": {f"item-{n}": OfficeStandard.model_validate(item) for n in range(20)}}
    )
    one = entry(Register.OFFICE, standards=())
    about = Seen(TODAY, Law((Version(law),)), TODAY)
    found = judged(office.OFFICES, one, wanted_of(office.OFFICES, one, None, about), [], None, NOW, TODAY)
    assert [len(one.said) for one in found if one.rule == "standards_not_met"] == [4000]


def test_the_standards_are_those_that_the_source_names():
    words = [one.words[0] for one in offices.LAW.shipped.newest.standards.values()]
    assert words == ["场地规范化", "队伍稳定化", "办公信息化", "制度科学化", "宣传大众化"]


@pytest.mark.parametrize(
    ("planned", "paid_yuan", "expected"),
    [("100", "100", []), ("100", "99.99", [("2021-01-01", None)]), ("100", "120", [])],
)
def test_funding_that_was_not_paid_is_found_when_its_year_is_over(planned, paid_yuan, expected):
    funding = [{"year": 2020, "planned_yuan": planned, "paid_yuan": paid_yuan, "document": "a"}]
    assert wanted(office, offices, entry(Register.OFFICE, funding=funding), rule="funding_short") == expected


@pytest.mark.parametrize(
    ("years", "today", "expected"),
    [
        ([], TODAY, [("2020-12-01", "2020-12-31")]),
        ([2020], TODAY, []),
        ([2020], date(2021, 1, 1), [("2021-12-01", "2021-12-31")]),
    ],
)
def test_an_office_is_accepted_each_year(years, today, expected):
    accepted = [
        {"year": y, "accepted_on": f"{y}-11-01", "unit": {"id": "u", "name": "市"}, "document": "a"} for y in years
    ]
    one = entry(Register.OFFICE, acceptances=accepted)
    assert wanted(office, offices, one, today, rule="acceptance_missing") == expected


@pytest.mark.parametrize(
    ("otherwise", "expected"),
    [
        ({}, [("2020-06-25", "2020-06-30")]),
        ({"reply_due_on": None}, []),
        ({"reply": {"replied_on": "2020-06-10", "number": "a", "text": ""}}, []),
    ],
)
def test_a_reply_is_waited_for_until_its_day(otherwise, expected):
    one = entry(Register.CORRESPONDENCE, **otherwise)
    found = office.wanted_of_paper(one, {}, seen(offices))
    assert [(str(one.from_on), str(one.due_on)) for one in found] == expected


@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ({}, []),
        ({"division": TOWN}, [("division", "one_of")]),
        ({"division": "360200000000"}, []),
        (
            {"members": [{**STATED[Register.LEADING_GROUP]["members"][0], "group_role": "deputy"}]},
            [("members", "one_head")],
        ),
        ({"members": STATED[Register.LEADING_GROUP]["members"] * 2}, [("members", "one_head")]),
    ],
)
def test_a_leading_group_is_of_a_city_or_county_and_has_one_head(otherwise, wrong):
    one = entry(Register.LEADING_GROUP, **otherwise)
    assert codes(leading_group.problems(one, None, None, Seen(TODAY, None, TODAY))) == wrong


@pytest.mark.parametrize(
    ("day", "months", "words", "first", "last"),
    [
        (date(2020, 2, 29), 1, "2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        (date(2019, 2, 28), 1, "2019-02", date(2019, 2, 1), date(2019, 2, 28)),
        (date(2020, 3, 31), 3, "2020-Q1", date(2020, 1, 1), date(2020, 3, 31)),
        (date(2020, 4, 1), 3, "2020-Q2", date(2020, 4, 1), date(2020, 6, 30)),
        (date(2020, 6, 30), 6, "2020-H1", date(2020, 1, 1), date(2020, 6, 30)),
        (date(2020, 12, 31), 6, "2020-H2", date(2020, 7, 1), date(2020, 12, 31)),
        (date(2020, 12, 31), 12, "2020", date(2020, 1, 1), date(2020, 12, 31)),
    ],
)
def test_the_parts_of_a_year(day, months, words, first, last):
    part = part_of(day, months)
    assert (part.words, part.first, part.last) == (words, first, last)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2019, 12, 31), 2, date(2020, 2, 29)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 6, 15), 36, date(2023, 6, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_its_month(day, months, later):
    assert months_later(day, months) == later


AMENDED = {
    **json.loads(trees.LAW.shipped_text),
    "amendments": [{"from_on": "2020-08-01", "version": "2", "source": "a"}],
}


def looked_at(**otherwise):
    """When time looks again at a tree that is due from 11 August, by its law as it is and as amended."""
    tree = entry(Register.OLD_TREE, **otherwise)
    law = read_law(json.dumps(AMENDED), "roster.old_trees", OldTreeRules)
    for by in (trees.LAW.shipped, law):
        about = Seen(TODAY, by, date(2020, 1, 1))
        yield str(look_on(tree, list(old_tree.wanted(tree, None, about)), [], about))


@pytest.mark.parametrize(
    ("otherwise", "days"),
    [
        ({}, ["2020-08-11", "2020-08-01"]),
        ({"ended_on": "2020-07-31"}, ["2020-08-01", "2020-08-01"]),
        ({"ended_on": "2020-06-15"}, ["2020-06-16", "2020-06-16"]),
        ({"ended_on": "2020-06-14"}, ["2020-08-11", "2020-08-01"]),
        ({"vigour": "dead"}, ["None", "2020-08-01"]),
    ],
)
def test_time_looks_again_on_the_first_day_on_which_something_else_may_be_found(otherwise, days):
    assert list(looked_at(**otherwise)) == days
