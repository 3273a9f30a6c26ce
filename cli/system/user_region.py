"""The region of a user: a division that there is; one that nobody has would hear nothing for ever."""

from __future__ import annotations

import difflib
import json
from functools import cache
from importlib.resources import files

import typer

from cli.region import division_of
from cli.say import say, talk
from clients.python.bus import Bus, connected
from clients.python.refused import BusError
from contracts.language.division import UNKNOWN, Division, Level
from contracts.roster import AreaStated
from deploy.local.home import Home

NEAR = 6


@cache
def provinces() -> dict[str, str]:
    """The first two digits of every code (GB/T 2260), and whose they are."""
    found: dict[str, str] = json.loads(files("contracts.language").joinpath("provinces.json").read_text("utf-8"))
    return found


def stated_division(stated: str) -> Division:
    """A code of a province that there is, none of its levels left out. Raises typer.BadParameter."""
    division = division_of(stated)
    if stated[:2] not in provinces():
        raise typer.BadParameter(say("user.no_province", region=stated, known="、".join(provinces())))
    if any(not set(token) - {"0"} for token in division.tokens.split(".")[: len(division.chain())]):
        raise typer.BadParameter(say("case.bad_region", region=stated))
    return division


async def region_that_exists(stated: str, home: Home) -> Division:
    """The division, known to the system that runs here where it knows its neighbours. Raises typer.BadParameter."""
    if not stated:
        return UNKNOWN
    division = stated_division(stated)
    run = home.running()
    if run is None:
        return division
    try:
        async with connected(run.url("reader"), "reader", api_prefix="$JS.API") as reader:
            known = await _divisions_under(reader, division.parent)
    except BusError:
        talk("user.region_not_looked_up", region=stated)
        return division
    if division in known:
        return division
    if division.parent is None or division.parent not in known:
        # Nothing is known of what lies beside it: it may be enrolled tomorrow.
        talk("user.region_not_enrolled", region=division)
        return division
    beside = sorted(one for one in known if one.level is division.level)
    near = difflib.get_close_matches(division, beside, NEAR, cutoff=0.0) if beside else [division.parent]
    raise typer.BadParameter(say("user.no_region", region=division, near="、".join(near)))


async def _divisions_under(reader: Bus, parent: Division | None) -> set[Division]:
    """Every division of which an area is stated, from the one above."""
    wildcard = (parent or UNKNOWN).wildcard
    subjects = await reader.subjects("ROSTER", f"{AreaStated.name}.{wildcard}")
    exact = (subject.split(".")[3:8] for subject in subjects)
    return {division for tokens in exact if (division := Division("".join(tokens))).level is not Level.UNKNOWN}
