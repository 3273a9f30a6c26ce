"""A law has versions, each in force from a day, and is read as it must be or not at all."""

import json
from datetime import date

import pytest
from pydantic import BaseModel, ConfigDict

from contracts.language.stated import NotAsStated
from services.runtime.reference.law import Law


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verify: int
    assign: int = 9


class Rules(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: str
    source: str
    hours: int
    days: Part
    roles: tuple[str, ...] = ()


FIRST = {"version": "1", "source": "a", "hours": 24, "days": {"verify": 3, "assign": 2}, "roles": ["chief", "ranger"]}
JULY = {"from_on": "2020-07-01", "version": "2", "source": "b"}
JANUARY = {"from_on": "2021-01-01", "version": "3", "source": "c"}


@pytest.fixture
def law(tmp_path):
    """A law as a file states it, with what is stated otherwise."""

    def read(*amendments, **otherwise):
        file = tmp_path / "hours.json"
        stated = {**FIRST, **otherwise} | ({"amendments": amendments} if amendments else {})
        file.write_text(json.dumps({name: one for name, one in stated.items() if one is not None}), encoding="utf-8")
        return Law.read(file, Rules)

    return read


def test_a_file_with_one_version_is_in_force_since_ever(law):
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
def test_each_version_is_in_force_from_its_first_day_to_the_last_day_before_the_next(law, day, version, hours, verify):
    rules = law({**JULY, "hours": 48}, {**JANUARY, "days": {"verify": 5}}).on(day)
    assert (rules.version, rules.hours, rules.days.verify, rules.days.assign) == (version, hours, verify, 2)


def test_an_amendment_says_only_what_changes_and_takes_away_by_null(law):
    rules = law({**JULY, "roles": ["chief"], "days": {"assign": None}}).newest
    assert (rules.source, rules.hours, rules.days, rules.roles) == ("b", 24, Part(verify=3, assign=9), ("chief",))


@pytest.mark.parametrize(
    ("amendments", "otherwise", "said"),
    [
        ([], {"hours": "24"}, "hours: must be a whole number"),
        ([], {"hours": None}, "hours: is required"),
        ([], {"hour": 24}, "hour: is no field of it"),
        ([], {"days": {"verify": 3, "asign": 2}}, "days.asign: is no field of it"),
        ([{**JULY, "hours": "48"}], {}, "amendments.0.hours: must be a whole number"),
        ([JULY, {**JANUARY, "hour": 48}], {}, "amendments.1.hour: is no field of it"),
        ([{**JULY, "hours": None}], {}, "amendments.0.hours: is required"),
        ([{"version": "2", "source": "b"}], {}, "amendments.0.from_on: is required"),
        ([{"from_on": "2020-07-01", "source": "b"}], {}, "amendments.0.version: is required"),
        ([{"from_on": "2020-07-01", "version": "2"}], {}, "amendments.0.source: is required"),
        ([{**JULY, "from_on": "2020-7-1"}], {}, "amendments.0.from_on: "),
        ([JANUARY, JULY], {}, "amendments.1.from_on: must be after 2021-01-01"),
        ([JULY, {**JANUARY, "from_on": "2020-07-01"}], {}, "amendments.1.from_on: must be after 2020-07-01"),
    ],
)
def test_what_breaks_a_rule_is_named_by_file_field_and_rule(law, tmp_path, amendments, otherwise, said):
    with pytest.raises(NotAsStated) as refused:
        law(*amendments, **otherwise)
    assert str(refused.value).startswith(f"{tmp_path / 'hours.json'}: {said}")


def test_what_is_no_json_is_named_by_its_file(tmp_path):
    file = tmp_path / "hours.json"
    file.write_text('{"hours": 24')
    with pytest.raises(NotAsStated) as refused:
        Law.read(file, Rules)
    assert str(refused.value) == f"{file}: body: must be JSON that can be read"
