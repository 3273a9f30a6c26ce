"""The fields of each kind of incident, as its schema has them."""

import pytest
from pydantic import ValidationError

from contracts.patrol import DETAILS, IncidentKind, details_of

_RING = [[117.0, 29.0], [117.1, 29.0], [117.1, 29.1], [117.0, 29.0]]


PATCH = {
    "project": "2020年森林督查",
    "number": "1",
    "boundary": {"type": "MultiPolygon", "coordinates": [[_RING]]},
    "area_ha": "1.0000",
    "after_on": "2020-05-21",
}


FIRE = {
    "burning": True,
    "burnt": {"amount": "0.1000", "unit": "ha"},
    "burnt_mu": "1.5000",
    "frp_mw": 2.5,
    "confidence_percent": 80,
    "confidence": "high",
    "sensor": "viirs",
    "satellite": "NOAA-20",
    "by_night": True,
}


GROUND = {
    "ground": {"amount": "1.0000", "unit": "mu"},
    "ground_mu": "1.0000",
    "before_use": "林地",
    "present_use": "茶园",
    "pretext": "低产林改造",
    "patch": PATCH,
}


FIELDS = {
    "fire": {
        **FIRE,
        "started_at": "2020-06-14T03:00:00Z",
        "damaged": {"amount": "1.0000", "unit": "ha"},
        "damaged_mu": "15.0000",
        "damaged_natural_mu": "10.0000",
        "damaged_planted_mu": "5.0000",
        "other_forest_land": False,
        "people_dead": 0,
        "people_hurt": 1,
        "loss_wan_yuan": "2.5000",
        "fire_cause": "上坟烧纸",
        "firefighters": 60,
    },
    "illegal_fire_use": {**FIRE, "fire_use": "炼山", "forest_distance_m": 20.5, "put_out": True},
    "felling": {
        "volume_m3": "1.0000",
        "trees": 3,
        "saplings": 20,
        "species": "杉木",
        "permit_number": "1",
        "manner": "theft",
        "natural_forest": True,
        "rare_trees": 0,
        "patch": PATCH,
    },
    "forest_land_taken natural_forest_destroyed": {
        **GROUND,
        "land_class": "乔木林地",
        "protection_forest_mu": "0.5000",
        "permit_number": "1",
        "built_m2": 12.5,
    },
    "reserve_violation habitat_destroyed": {**GROUND, "zone": "core"},
    "poaching wildlife_trade wildlife_transport wildlife_eating": {
        "species": "白鹇",
        "animals": 2,
        "dead": 1,
        "protection_class": "class_2",
        "tool": "鸟网",
        "banned_tool": True,
        "banned_area": False,
        "banned_season": True,
        "price_yuan": "80.0000",
    },
    "sick_wildlife": {
        "species": "白鹇",
        "animals": 2,
        "dead": 1,
        "sick": 1,
        "signs": "抽搐",
        "known_cause": "撞线",
        "sampled": True,
        "closed_off": False,
    },
    "dead_pines pests": {
        "trees": 4,
        "species": "马尾松",
        "tree_number": "古001",
        "ground": {"amount": "3.0000", "unit": "mu"},
        "ground_mu": "3.0000",
        "dead_since": "2020-05-01",
        "sampled": False,
        "infected_area": True,
    },
    "old_tree_hurt": {
        "trees": 4,
        "species": "樟",
        "tree_number": "古001",
        "tree_grade": "first",
        "harm": "钉广告牌",
        "alive": True,
    },
    "waste": {"object_number": "牌-7", "waste_m3": 3.5},
    "damaged_board other": {"object_number": "牌-7", "damage": "倒伏"},
}
"""The fields of each kind besides where in the forest it is, and when it was done."""


@pytest.mark.parametrize(("kinds", "fields"), FIELDS.items())
def test_each_kind_of_incident_has_fields_of_its_own(kinds, fields):
    where = {"compartment": "12", "sub_compartment": "3", "acted_on": "2020-06-13"}
    for kind in map(IncidentKind, kinds.split()):
        assert details_of(kind, {**where, **fields}) == {**where, **fields}
        assert details_of(kind, dict.fromkeys(fields)) == {}
        assert set(DETAILS[kind].model_fields) == {*where, *fields}
        with pytest.raises(ValidationError):
            details_of(kind, {"colour": "red"})


def test_every_kind_has_its_fields_and_fire_and_sick_wildlife_are_alarms():
    assert sorted(" ".join(FIELDS).split()) == sorted(IncidentKind) == sorted(DETAILS)
    assert {kind for kind in IncidentKind if kind.is_alarm} == {"fire", "sick_wildlife"}
    assert {kind for kind in IncidentKind if not kind.opens_case} == {"fire", "sick_wildlife"}
