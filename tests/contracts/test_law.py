"""A law has versions, each in force from a day, and is read as it must be or not at all, line by line."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from contracts.law.lines import Faulty, read_lines
from contracts.law.reading import law_named, read_law
from contracts.law.registers import BreederRules, OldTreeRules, RangerRules
from contracts.law.versions import Change, Rules


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verify: int
    assign: int = 9


class Hours(Rules):
    hours: int
    days: Part
    roles: tuple[str, ...] = ()


FIRST = {
    "law": "cases.hours",
    "version": "1",
    "source": "a",
    "hours": 24,
    "days": {"verify": 3, "assign": 2},
    "roles": ["chief", "ranger"],
}
JULY = {"from_on": "2020-07-01", "version": "2", "source": "b"}
JANUARY = {"from_on": "2021-01-01", "version": "3", "source": "c"}


def text(*amendments, **otherwise):
    """A law as a file states it, with what is stated otherwise."""
    stated = {**FIRST, **otherwise} | ({"amendments": amendments} if amendments else {})
    return json.dumps({name: one for name, one in stated.items() if one is not None}, indent=1)


def law(*amendments, **otherwise):
    return read_law(text(*amendments, **otherwise), "cases.hours", Hours)


def test_a_file_with_one_version_is_in_force_since_ever():
    one = law()
    assert one.on(date.min) is one.on(date.max) is one.newest
    assert (one.newest.version, one.newest.hours, one.newest.days.assign) == ("1", 24, 2)


@pytest.mark.parametrize(
    ("day", "version", "hours", "verify"),
    [
        (date.min, "1", 24, 3),
        (date(2020, 6, 30), "1", 24, 3),
        (date(2020, 7, 1), "2", 48, 3),
        (date(2020, 12, 31), "2", 48, 3),
        (date(2021, 1, 1), "3", 48, 5),
        (date.max, "3", 48, 5),
    ],
)
def test_each_version_is_in_force_from_its_first_day_to_the_last_day_before_the_next(day, version, hours, verify):
    rules = law({**JULY, "hours": 48}, {**JANUARY, "days": {"verify": 5}}).on(day)
    assert (rules.version, rules.hours, rules.days.verify, rules.days.assign) == (version, hours, verify, 2)


def test_an_amendment_says_only_what_changes_and_takes_away_by_null():
    rules = law({**JULY, "roles": ["chief"], "days": {"assign": None}}).newest
    assert (rules.source, rules.hours, rules.days, rules.roles) == ("b", 24, Part(verify=3, assign=9), ("chief",))


@pytest.mark.parametrize(
    ("amendments", "otherwise", "said"),
    [
        ([], {"hours": "24"}, "5: hours: must be a whole number"),
        ([], {"hours": None}, "1: hours: is required"),
        ([], {"hour": 24}, "14: hour: is no field of it"),
        ([], {"days": {"verify": 3, "asign": 2}}, "8: days.asign: is no field of it"),
        ([], {"law": None}, "1: law: is required"),
        ([], {"law": "cases.days"}, "2: law: must be one of: cases.hours"),
        ([], {"known_from": "2020-7-1"}, "14: known_from: "),
        ([{**JULY, "hours": "48"}], {}, "19: amendments.0.hours: must be a whole number"),
        ([JULY, {**JANUARY, "hour": 48}], {}, "24: amendments.1.hour: is no field of it"),
        ([{**JULY, "hours": None}], {}, "19: amendments.0.hours: is required"),
        ([{"version": "2", "source": "b"}], {}, "15: amendments.0.from_on: is required"),
        ([{"from_on": "2020-07-01", "source": "b"}], {}, "15: amendments.0.version: is required"),
        ([{"from_on": "2020-07-01", "version": "2"}], {}, "15: amendments.0.source: is required"),
        ([{**JULY, "from_on": "2020-7-1"}], {}, "16: amendments.0.from_on: "),
        ([JANUARY, JULY], {}, "21: amendments.1.from_on: must be after 2021-01-01"),
        ([JULY, {**JANUARY, "from_on": "2020-07-01"}], {}, "21: amendments.1.from_on: must be after 2020-07-01"),
        ([{**JULY, "days": {"verify": "5"}}], {}, "20: amendments.0.days.verify: must be a whole number"),
    ],
)
def test_what_breaks_a_rule_is_named_by_line_field_and_rule(amendments, otherwise, said):
    with pytest.raises(Faulty) as refused:
        law(*amendments, **otherwise)
    assert str(refused.value).startswith(said)


def test_all_that_is_wrong_is_named_once_in_the_order_of_the_lines():
    with pytest.raises(Faulty) as refused:
        law({**JULY, "hours": "48"}, roles="chief", hours="24")
    assert [(one.line, one.field) for one in refused.value.faults] == [
        (5, "hours"),
        (10, "roles"),
        (16, "amendments.0.hours"),
    ]


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("", 1),
        ('{"hours": 24', 1),
        ('{\n"hours": 24,\n}', 3),
        ('{\n"hours":\n\n24 25}', 4),
        ('{\n"hours": NaN}', 2),
        ("{\n}\n{}", 3),
        ("[" * 100_000, 1),
        ('{\n"a": [1,\n2,\n]}', 4),
        ('{\n"hours":\n' + "1" * 5000 + "}", 3),
        ('{"hours": 24,\n"days": "\\ud83c"}', 2),
        ('{"hours": 24,\n"\\ud83c": 1, "\\ud83c": 2}', 2),
    ],
)
def test_what_is_no_json_is_named_by_the_line_in_which_it_ceases_to_be(written, line):
    with pytest.raises(Faulty) as refused:
        law_named(written, ["cases.hours"])
    assert [(one.line, one.field, one.rule.code) for one in refused.value.faults] == [(line, "body", "json_invalid")]


def test_a_name_that_stands_twice_is_named_where_it_stands_again():
    with pytest.raises(Faulty) as refused:
        read_lines('{"days": {"verify": 3,\n "assign": 1,\n "verify": 4}}')
    assert [(one.line, one.field, one.rule.code) for one in refused.value.faults] == [
        (3, "days.verify", "stands_twice")
    ]


@pytest.mark.parametrize("stated", [json.loads(text(JULY)), {"a": [1, -2.5e3, '\u6797\n"', None, True, {}, []]}])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_text_is_read_as_any_reader_of_json_would(stated, indent):
    assert read_lines("\ufeff" + json.dumps(stated, indent=indent)).stated == stated


def test_a_version_is_known_from_the_day_it_says_else_as_long_as_it_is_in_force():
    one = law({**JULY, "known_from": "2020-08-15"}, JANUARY)
    assert [version.known_from for version in one.versions] == [None, date(2020, 8, 15), None]
    july, january = one.at(date(2020, 7, 1)), one.at(date(2021, 1, 1))
    assert [july.is_known(date(2020, 8, 14)), july.is_known(date(2020, 8, 15)), january.is_known(date.min)] == [
        False,
        True,
        True,
    ]


TAKEN_UP_ON = date(2020, 9, 10)


@pytest.mark.parametrize(
    ("after", "known_from"),
    [
        # What was there before has been known as long as it was.
        (law({**JULY, "hours": 48}), [None, None]),
        # What is new for days gone by is known from the day on which it is taken up.
        (law({**JULY, "hours": 36}), [None, TAKEN_UP_ON]),
        (law({**JULY, "hours": 48}, hours=12), [TAKEN_UP_ON, None]),
        # It may say itself that it was made known later, never that it was before.
        (law({**JULY, "hours": 36, "known_from": "2020-10-01"}), [None, date(2020, 10, 1)]),
        (law({**JULY, "hours": 36, "known_from": "2020-07-01"}), [None, TAKEN_UP_ON]),
        (law({**JULY, "hours": 48}, JANUARY), [None, None, TAKEN_UP_ON]),
    ],
)
def test_what_a_text_says_anew_has_been_known_since_the_day_it_was_taken_up(after, known_from):
    before = law({**JULY, "hours": 48})
    assert [one.known_from for one in after.taken_up_after(before, TAKEN_UP_ON).versions] == known_from


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (law(), law(), []),
        (law(), law(hours=12), [Change(("hours",), 24, 12, None, None)]),
        (
            law(),
            law({**JULY, "days": {"verify": 5}}),
            [
                Change(("days", "verify"), 3, 5, date(2020, 7, 1), None),
                Change(("source",), "a", "b", date(2020, 7, 1), None),
                Change(("version",), "1", "2", date(2020, 7, 1), None),
            ],
        ),
        # An amendment that comes later: what it changes is otherwise only for the days between.
        (
            law({**JULY, "version": "1", "source": "a", "hours": 48}),
            law({**JANUARY, "version": "1", "source": "a", "hours": 48}),
            [Change(("hours",), 48, 24, date(2020, 7, 1), date(2020, 12, 31))],
        ),
        # What an amendment goes on to say otherwise is changed only until then.
        (
            law({**JULY, "version": "1", "source": "a", "hours": 48}),
            law({**JULY, "version": "1", "source": "a", "hours": 48}, hours=12),
            [Change(("hours",), 24, 12, None, date(2020, 6, 30))],
        ),
        (law(roles=None), law(), [Change(("roles",), [], ["chief", "ranger"], None, None)]),
    ],
)
def test_what_a_text_changes_is_named_by_its_place_with_the_days_for_which_it_does(before, after, changes):
    assert before.changes_to(after) == changes


def test_a_large_number_of_json_stays_what_it_is():
    assert read_lines("12345678901234567890").stated == 12345678901234567890 == Decimal("12345678901234567890")


@pytest.mark.parametrize("tiers", [{}, {"county": 0}, {"province": 0, "city": 0, "county": 0}])
def test_of_what_breeders_are_paid_somebody_pays_a_part(tiers):
    stated = json.loads((SERVICES / "breeder" / "breeders.json").read_text("utf-8")) | {"tiers": tiers}
    with pytest.raises(Faulty) as refused:
        read_law(json.dumps(stated), stated["law"], BreederRules)
    assert [(one.field, one.rule.code) for one in refused.value.faults] == [("tiers", "some_part")]


SERVICES = Path(__file__).parents[2] / "services" / "roster"


@pytest.mark.parametrize(
    ("file", "rules", "field"),
    [("old_tree/old_trees.json", OldTreeRules, "schemes"), ("ranger/rangers.json", RangerRules, "standards")],
)
def test_what_differs_from_place_to_place_is_stated_for_every_other_place_too(file, rules, field):
    stated = json.loads((SERVICES / file).read_text("utf-8"))
    stated[field] = [one for one in stated[field] if one["division"] != "000000000000"]
    assert stated[field]
    with pytest.raises(Faulty) as refused:
        read_law(json.dumps(stated), stated["law"], rules)
    assert [one.rule.code for one in refused.value.faults] == ["one_for_everywhere"]
