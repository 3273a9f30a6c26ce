"""Grids of a village, the team of each, and trees in them."""

from datetime import date

from contracts.roster import (
    OldTree,
)
from tests.roster.areas_and_posts import TOWN, WEST, area, held, post, square


def grid(n, west, east, south=29.0, north=29.1, of=WEST, **about):
    return area(f"{of}-g{n}", of, square(west, east, south, north), kind="grid", parent=of, **about)


TEAM = [post(WEST, "village_chief", None, held("p-v")), post(TOWN, "resource_supervisor", None, held("p-s"))]


def ranger(one, *appointments):
    return post(one.id, "ranger", None, *(appointments or (held(f"p-{one.id[-2:]}"),)))


def tree(id, lon, lat=29.05, division=WEST, **about):
    return OldTree(
        id=id,
        division=division,
        area_id=division,
        number="001",
        species="香樟",
        age_years=300,
        grade=2,
        at={"lon": lon, "lat": lat, "datum": about.pop("datum", "cgcs2000")},
        keeper="村委会",
        in_force_from=date(2019, 1, 1),
        source="古树名木普查",
        **about,
    )
