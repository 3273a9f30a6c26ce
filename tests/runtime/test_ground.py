"""Which areas contain a point."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.division import Division
from contracts.roster import Area, Boundary
from services.runtime.ground import Ground

DAY = date(2020, 6, 15)


def square(id, west, east, *, division="360222104201", kind="division", parent=None, precedence=0, ended=None):
    ring = ((west, 29.0), (east, 29.0), (east, 29.1), (west, 29.1), (west, 29.0))
    return Area(
        id=id,
        kind=kind,
        name=id,
        division=Division(division),
        parent_id=parent,
        boundary=Boundary(coordinates=((ring,),)),
        area_mu=Decimal(1),
        precedence=precedence,
        in_force_from=date(2020, 1, 1),
        ended_on=ended,
    )


GROUND = Ground(
    [
        square("town", 117.0, 117.4, division="360222104000"),
        square("west", 117.0, 117.1, division="360222104201", parent="town"),
        square("east", 117.1, 117.2, division="360222104202", parent="town"),
        square("west-g1", 117.0, 117.05, kind="grid", parent="west"),
        square("old-g1", 117.15, 117.2, division="360222104202", kind="grid", parent="east", ended=date(2020, 3, 1)),
        square("reserve", 117.02, 117.04, kind="reserve", precedence=5),
        square("farm", 117.03, 117.06, kind="forest_farm", precedence=-1),
    ]
)


@pytest.mark.parametrize(
    ("lon", "expected"),
    [
        (117.01, ["west-g1", "west", "town"]),
        (117.07, ["west", "town"]),
        (117.025, ["reserve", "west-g1", "west", "town"]),
        (117.035, ["reserve", "west-g1", "west", "town", "farm"]),
        (117.045, ["west-g1", "west", "town", "farm"]),
        (117.1, ["west", "town"]),
        (117.17, ["east", "town"]),
        (117.3, ["town"]),
        (117.5, []),
    ],
)
def test_a_point_lies_in_its_chain_and_in_special_areas_the_primary_one_first(lon, expected):
    assert [area.id for area in GROUND.containing([lon], [29.05], [DAY])[0]] == expected


def test_an_ended_area_still_answers_for_the_days_before_its_end():
    found = GROUND.containing([117.17, 117.17], [29.05, 29.05], [date(2020, 2, 1), DAY])
    assert [[area.id for area in areas] for areas in found] == [
        ["old-g1", "east", "town"],
        ["east", "town"],
    ]


def test_no_points_and_no_areas_are_lawful():
    assert GROUND.containing([], [], []) == []
    assert Ground([]).containing([117.0], [29.0], [DAY]) == [()]


def test_what_was_found_on_one_day_is_not_taken_for_another_across_a_change():
    ground = Ground([square("a", 117.0, 117.1, ended=DAY), square("b", 117.0, 117.1, kind="reserve", precedence=9)])
    days = [DAY, date(2020, 6, 16), date(2019, 12, 31), date(2020, 1, 1), DAY]
    found = ground.containing([117.05] * 5, [29.05] * 5, days)
    assert ["".join(area.id for area in one) for one in found] == ["ba", "b", "", "ba", "ba"]
