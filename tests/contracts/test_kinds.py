"""A kind of incident is one entry of a data file, which is read as it must be or not at all."""

import pytest

from contracts.cases import CaseKind
from contracts.language.stated import NotAsStated
from contracts.patrol import KINDS, IncidentKind
from contracts.patrol.kinds import read_kinds

ENTRY = {"words": ["山体滑坡", "landslide"], "details": "ground"}


def test_the_kinds_of_cases_are_those_of_incidents_an_item_of_a_directive_and_what_registers_have():
    assert list(IncidentKind) == list(KINDS)
    assert list(CaseKind) == [*(kind for kind in KINDS if kind != "other"), "directive", "food_breeding", "other"]


def test_an_entry_that_says_no_more_is_no_alarm_and_opens_a_case():
    (read,) = read_kinds({"source": "DOMAIN §4", "kinds": {"landslide": ENTRY}}).values()
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
        read_kinds({"source": "DOMAIN §4", "kinds": {kind: entry}})
    assert str(refused.value).startswith(f"kinds.json: {said}")
