"""A town with two villages to test roster on."""

from datetime import date

from contracts.language.division import UNKNOWN, Division
from contracts.roster import Area, Boundary, Post
from services.runtime.messages import Ask
from tests.servers import NOW

TOWN = Division("360222104000")
WEST = Division("360222104201")
EAST = Division("360222104202")


def square(west, east, south=29.0, north=29.1):
    return (((west, south), (east, south), (east, north), (west, north), (west, south)),)


def area(id, division, *polygons, kind="division", parent=None, mu="0", **about):
    return Area(
        id=id,
        kind=kind,
        name=about.pop("name", f"地块 {id}"),
        division=division,
        parent_id=parent,
        boundary=Boundary(coordinates=polygons),
        area_mu=mu,
        in_force_from=about.pop("in_force_from", date(2018, 1, 1)),
        **about,
    )


def village(division, west, east, **about):
    return area(division, division, square(west, east), parent=TOWN, **about)


TOWN_AREA = area(TOWN, TOWN, square(117.0, 117.2))
WEST_AREA = village(WEST, 117.0, 117.1)
EAST_AREA = village(EAST, 117.1, 117.2)
WEST_GRID = area(f"{WEST}-g1", WEST, square(117.0, 117.1), kind="grid", parent=WEST)
AREAS = (TOWN_AREA, WEST_AREA, EAST_AREA, WEST_GRID)


def post(area_id, role, division=None, *appointments, **about):
    return Post(
        id=f"{area_id}-{role.replace('_', '-')}",
        role=role,
        title=role,
        area_id=area_id,
        division=division or Division(area_id[:12]),
        unit={"id": f"u-{area_id[:9]}000", "name": "三龙镇林业工作站"},
        appointments=appointments,
        **about,
    )


def held(person, held_from="2019-01-01", held_to=None, recorded_at="2019-01-01T00:00:00Z", **about):
    return {
        "person": {"id": person, "name": f"岗位 {person}"},
        "held_from": held_from,
        "held_to": held_to,
        "recorded_at": recorded_at,
        **about,
    }


def ask(command, actor="operator", division=UNKNOWN):
    return Ask(command, actor, division, "c-1", NOW)
