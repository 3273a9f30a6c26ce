"""Which areas contain a point."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from contracts.language.division import Division
from contracts.roster import Area, Boundary
from services.runtime.reference.ground import Ground

DAY = date(2020, 6, 15)


def square(
    id,
    west,
    east,
    *,
    division="360222104201",
    kind="division",
    parent=None,
    precedence=0,
    ended=None,
    begun=date(2020, 1, 1),
):
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
        in_force_from=begun,
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


def test_on_a_border_the_smaller_code_wins_in_whatever_order_areas_are_stated():
    west = square("z-west", 117.0, 117.1, division="360222104201")
    east = square("a-east", 117.1, 117.2, division="360222104202")
    for stated in ([west, east], [east, west]):
        ground = Ground(stated)
        for _ in range(2):  # what was found inside is remembered, and holds for no border
            found = ground.containing([117.1, 117.05, 117.15, 117.1], [29.05] * 4, [DAY] * 4)
            assert [[area.id for area in one] for one in found] == [["z-west"], ["z-west"], ["a-east"], ["z-west"]]


def test_a_point_in_a_hole_of_an_area_lies_not_in_it():
    def ring(west, east, south, north):
        return ((west, south), (east, south), (east, north), (west, north), (west, south))

    around = square("a", 117.0, 117.1).model_copy(
        update={
            "boundary": Boundary(
                coordinates=(
                    (
                        ring(117.0, 117.1, 29.0, 29.1),
                        ring(117.02, 117.04, 29.02, 29.08),
                        ring(117.06, 117.08, 29.02, 29.08),
                    ),
                )
            )
        }
    )
    found = Ground([around]).containing([117.01, 117.03, 117.05, 117.07], [29.05] * 4, [DAY] * 4)
    assert ["".join(area.id for area in one) for one in found] == ["a", "", "a", ""]


def test_a_special_area_is_the_primary_one_only_where_it_has_precedence_over_the_territorial_one():
    village = square("village", 117.0, 117.1, precedence=2)
    special = [square(f"reserve-{n}", 117.0, 117.1, kind="reserve", precedence=n) for n in (1, 2, 3)]
    twin = square("farm-3", 117.0, 117.1, kind="forest_farm", precedence=3)

    def first_of(*areas):
        return [area.id for area in Ground(areas).containing([117.05], [29.05], [DAY])[0]]

    assert first_of(village, *special[:2]) == ["village", "reserve-2", "reserve-1"]
    assert first_of(*special, village) == ["reserve-3", "village", "reserve-2", "reserve-1"]
    assert first_of(special[2], village, twin) == ["farm-3", "village", "reserve-3"]


def test_areas_that_name_each_other_as_parents_still_answer():
    ground = Ground([square("a", 117.0, 117.1, parent="b"), square("b", 117.0, 117.2, parent="a")])
    assert [len(ground.containing([117.05], [29.05], [day])[0]) for day in (DAY, date(2019, 1, 1))] == [0, 0]
    loop = [
        *(square(one, 117.0, 117.1, parent=other) for one, other in (("a", "b"), ("b", "a"))),
        square("c", 117.0, 117.1, parent="a"),
    ]
    assert [area.id for area in Ground(loop).containing([117.05], [29.05], [DAY])[0]] == ["c", "a", "b"]


def test_an_area_answers_on_its_first_and_on_its_last_day_and_on_no_other():
    last = date(2199, 12, 31)
    ground = Ground([square("a", 117.0, 117.1), square("b", 117.0, 117.1, kind="reserve", begun=DAY, ended=last)])
    days = (DAY - timedelta(days=1), DAY, last, last + timedelta(days=1), DAY, DAY - timedelta(days=1))
    found = [ground.containing([117.05], [29.05], [day])[0] for day in days]
    assert ["".join(area.id for area in one) for one in found] == ["a", "ab", "ab", "a", "ab", "a"]


def plainly(areas, lon, day):
    """DOMAIN §3 area by area: the chain from the smallest up, the primary one first, the other special ones behind."""
    there = [
        area
        for area in areas
        if area.boundary.coordinates[0][0][0][0] < lon < area.boundary.coordinates[0][0][1][0]
        and area.in_force_from <= day
        and (area.ended_on is None or day <= area.ended_on)
    ]
    depth = {"town": 0, "village": 1, "grid": 2}
    chain = sorted((one for one in there if one.kind in ("division", "grid")), key=lambda one: -depth[one.name])
    special = sorted((one for one in there if one not in chain), key=lambda one: (-one.precedence, one.id))
    if special and (not chain or special[0].precedence > chain[0].precedence):
        chain.insert(0, special.pop(0))
    return [one.id for one in (*chain, *special)]


def world_of(chance):
    """A town of villages with grids and special areas, each in force for some days of a short time."""

    def span():
        begun = DAY + timedelta(days=chance.randrange(-6, 3))
        return {"begun": begun, "ended": chance.choice((None, begun + timedelta(days=chance.randrange(6))))}

    found = [(square("360222104000", 117.0, 117.8, division="360222104000", **span()), "town")]
    for n in range(3):
        west = 117.0 + n * 0.2
        village = f"36022210420{n}"
        found.append((square(village, west, west + 0.2, division=village, parent="360222104000", **span()), "village"))
        if chance.random() < 0.7:
            found.append(
                (
                    square(f"{village}-g1", west, west + 0.1, division=village, kind="grid", parent=village, **span()),
                    "grid",
                )
            )
    for n in range(chance.randrange(4)):
        west = 117.0 + chance.randrange(8) / 10
        found.append(
            (
                square(f"special-{n}", west, west + 0.3, kind="reserve", precedence=chance.randrange(-1, 2), **span()),
                "reserve",
            )
        )
    chance.shuffle(found)
    return [area.model_copy(update={"name": name}) for area, name in found]


@pytest.mark.parametrize("number", range(20))
def test_many_points_over_many_days_are_found_as_one_would_by_looking_at_each_area(number):
    """The same index is asked again and again: what it remembers must hold for every day that it is used for."""
    chance = Random(number)
    areas = world_of(chance)
    ground = Ground(areas)
    assert len(ground) == len(areas)
    for _ in range(12):
        asked = [
            (117.05 + chance.randrange(11) / 10, DAY + timedelta(days=chance.randrange(-8, 9)))
            for _ in range(chance.randrange(1, 12))
        ]
        found = ground.containing([lon for lon, _ in asked], [29.05] * len(asked), [day for _, day in asked])
        assert [[area.id for area in one] for one in found] == [plainly(areas, lon, day) for lon, day in asked]
