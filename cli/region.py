"""The division that a command is about: as it is stated, or the asker's own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel

from cli.reach import Reach
from cli.say import say, talk
from cli.session import home_at, session
from clients.python.bus import Bus
from clients.python.refused import BusError
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.language.message import Command
from contracts.language.values import day_of
from contracts.roster import AreaStated, DivisionStated
from deploy.nats.users import Official

AnswerT = TypeVar("AnswerT", bound=BaseModel)
_LENGTHS = (0, 2, 4, 6, 9, 12)
"""Digits of a code that is cut off after a level: none at all is everywhere."""


def division_of(region: str | None) -> Division:
    """`360222` as a division; what is of no level's length is not guessed at. Raises typer.BadParameter."""
    stated = region or ""
    try:
        if len(stated) in _LENGTHS:
            return Division(stated.ljust(12, "0"))
    except ValueError:
        pass
    # What is longer than a code may be an address with a password in it.
    said = stated if len(stated) <= _LENGTHS[-1] else "…"
    raise typer.BadParameter(say("case.bad_region", region=said), param_hint="--region")


def _checked(region: str | None) -> str | None:
    division_of(region)
    return region


Region = Annotated[str | None, typer.Option("--region", callback=_checked, help=say("help.region"))]


class NoSuchRegion(BusError):
    """No area of that division, nor of any below it, is enrolled: an empty table would look like an answer."""

    key = "case.no_region"


async def stated_region(region: str | None, bus: Reach | None, home: Path | None) -> Division:
    """The division that is stated, everywhere where none is. Raises NoSuchRegion where the system here has none."""
    division = division_of(region)
    if bus is None and division != UNKNOWN:
        async with session("reader", None, home) as reading:
            here = f"{AreaStated.name}.{division.tokens}.*"
            below = AreaStated.told_under(division)
            if not await reading.subjects("ROSTER", here) and not await reading.subjects("ROSTER", below):
                raise NoSuchRegion(region=region)
            await _tell_if_revoked(reading, division)
    return division


async def _tell_if_revoked(reading: Bus, division: Division) -> None:
    """Of a code that means nothing any more what became of it: what is shown of it is of the days before."""
    stated = [
        DivisionStated.model_validate_json(await reading.newest("ROSTER", subject)).division
        for subject in await reading.subjects("ROSTER", f"{DivisionStated.name}.{division.tokens}.*")
    ]
    last = max((one.ended_on or date.max for one in stated), default=date.max)
    if last < day_of(datetime.now(UTC)):
        ended = next(one for one in stated if one.ended_on == last)
        talk("region.revoked", region=division, name=ended.name, last=last, became="、".join(ended.became) or "-")


async def answer_in(
    region: str | None, command: Command, answer: type[AnswerT], actor: str, bus: Reach | None, home: Path | None
) -> AnswerT:
    """What a command is answered in the division that is stated, else in the asker's own."""
    async with session(actor, bus, home) as asking:
        return await asking.ask(command, actor, await region_of(actor, region, bus, home), answer)


async def region_of(actor: str, region: str | None, bus: Reach | None, home: Path | None) -> Division:
    """The division on whose subject an official asks: what is stated, else its own."""
    if region is not None or actor == OPERATOR:
        return await stated_region(region, bus, home)
    for outsider in home_at(home).outsiders():
        if isinstance(outsider, Official) and outsider.name == actor:
            return outsider.division
    return UNKNOWN
