"""The region of a user, as far as it can be told without a system: a code of a province that there is."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import typer

from cli.region import division_of
from cli.say import say
from contracts.language.division import Division


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
