"""A kind of incident is one entry of a data file, which is read as it must be or not at all."""

import json
from importlib.resources import files

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from contracts.cases import CaseKind
from contracts.language.stated import NotAsStated
from contracts.patrol import KINDS, IncidentKind
from contracts.patrol.details import details_type
from contracts.patrol.kinds import details_of, read_kinds

STATED = json.loads(files("contracts.patrol").joinpath("kinds.json").read_text("utf-8"))
ENTRY = {"words": ["山体滑坡", "landslide"], "details": "ground"}


def stating(**changes):
    return {**STATED, **changes}


def test_the_kinds_of_cases_are_those_of_incidents_an_item_of_a_directive_and_what_registers_have():
    assert list(IncidentKind) == list(KINDS)
    assert list(CaseKind) == [*(kind for kind in KINDS if kind != "other"), "directive", "food_breeding", "other"]


def test_an_entry_that_says_no_more_is_no_alarm_and_opens_a_case():
    (read,) = read_kinds(stating(kinds={"landslide": ENTRY})).kinds.values()
    assert (read.words, read.details, read.alarm, read.opens_case) == (("山体滑坡", "landslide"), "ground", False, True)


@pytest.mark.parametrize(
    ("kind", "entry", "said"),
    [
        ("landslide", {**ENTRY, "details": "grond"}, "kinds.landslide.details: must be one of: fire, felling, ground"),
        ("landslide", {**ENTRY, "alarmed": True}, "kinds.landslide.alarmed: is no field of it"),
        ("landslide", {**ENTRY, "alarm": "yes"}, "kinds.landslide.alarm: must be true or false"),
        ("landslide", {**ENTRY, "words": ["山体滑坡"]}, "kinds.landslide.words.1: is required"),
        ("landslide", {**ENTRY, "words": ["山体滑坡", " "]}, "kinds.landslide.words.1: "),
        ("landslide", {"words": ENTRY["words"]}, "kinds.landslide.details: is required"),
        ("Landslide", ENTRY, "kinds.Landslide.[key]: must match"),
        ("land slide", ENTRY, "kinds.land slide.[key]: must match"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_named_with_file_field_and_rule(kind, entry, said):
    with pytest.raises(NotAsStated) as refused:
        read_kinds(stating(kinds={kind: entry}))
    assert str(refused.value).startswith(f"kinds.json: {said}")


def test_a_county_adds_a_kind_with_fields_of_its_own_without_code():
    fields = {
        "slid": {"words": ["滑塌面积", "ground that slid"], "type": "area"},
        "slid_mu": {"words": ["滑塌面积（亩）", "ground that slid, in mu"], "type": "mu"},
        "houses": {"words": ["受威胁房屋", "houses in danger"], "type": "count", "least": 0, "most": 500},
        "rain": {"words": ["雨情", "rain"], "type": "word", "of": ["none", "heavy"]},
    }
    groups = {"slide": {"words": ["山体滑坡", "Of a landslide."], "fields": list(fields)}}
    read = read_kinds(stating(fields=fields, groups=groups, kinds={"landslide": {**ENTRY, "details": "slide"}}))
    made = details_type("slide", read.groups["slide"], read.fields)
    assert made.__name__ == "SlideDetails"
    made.model_validate_json('{"slid": {"amount": 2, "unit": "ha"}, "houses": 500, "rain": "heavy"}', strict=True)
    for wrong in ('{"houses": 501}', '{"houses": -1}', '{"rain": "some"}', '{"trees": 1}', '{"slid": {"amount": 1}}'):
        with pytest.raises(ValidationError):
            made.model_validate_json(wrong, strict=True)


@pytest.mark.parametrize(
    ("fields", "its", "said"),
    [
        ({"a": {"words": ["甲", "a"], "type": "count", "least": 0}}, ["a"], "fields.a: a field of type count needs"),
        ({"a": {"words": ["甲", "a"], "type": "number", "least": 2, "most": 1}}, ["a"], "fields.a: a field of type"),
        ({"a": {"words": ["甲", "a"], "type": "word"}}, ["a"], "fields.a: a field of type word needs"),
        ({"a": {"words": ["甲", "a"], "type": "decimal"}}, ["a"], "fields.a: a field of type decimal needs"),
        ({"a": {"words": ["甲", "a"], "type": "area"}}, ["a"], "groups.g.fields: needs a_mu in the same group"),
        ({"a": {"words": ["甲", "a"], "type": "flag"}}, ["b"], "groups.g.fields: must be one of: a"),
        ({"a": {"words": ["甲", "a"], "type": "flags"}}, ["a"], "fields.a.type: "),
    ],
)
def test_a_field_that_breaks_a_rule_is_named(fields, its, said):
    groups = {"g": {"words": ["组", "group"], "fields": its}}
    with pytest.raises(NotAsStated) as refused:
        read_kinds(stating(fields=fields, groups=groups, kinds={"landslide": {**ENTRY, "details": "g"}}))
    assert str(refused.value).startswith(f"kinds.json: {said}")


@pytest.mark.parametrize(
    ("amount", "unit", "mu"),
    [("1", "ha", "15.0000"), ("666.6667", "m2", "1.0000"), ("2000", "m2", "3.0000"), ("0.8", "mu", "0.8000")],
)
def test_an_area_keeps_the_unit_in_which_it_was_written_beside_mu(amount, unit, mu):
    read = details_of(IncidentKind("forest_land_taken"), {"ground": {"amount": amount, "unit": unit}})
    assert (read["ground"]["unit"], read["ground_mu"]) == (unit, mu)


def test_an_area_that_is_stated_twice_is_the_same_or_refused():
    ground = {"amount": "1", "unit": "ha"}
    kind = IncidentKind("forest_land_taken")
    assert details_of(kind, {"ground": ground, "ground_mu": 15})["ground_mu"] == "15.0000"
    with pytest.raises(PydanticCustomError):
        details_of(kind, {"ground": ground, "ground_mu": "15.0001"})
    with pytest.raises(ValidationError):
        details_of(kind, {"ground": {"amount": "1", "unit": "acre"}})
