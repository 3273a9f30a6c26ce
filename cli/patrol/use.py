"""How many of the rangers use the system."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from cli.case.asking import DAY, help_of, said_of
from cli.region import Region, answer_in
from cli.say import data, say, table, talk
from cli.session import As, BusOption, HomeOption, JsonOption, run
from contracts.language.command import OPERATOR
from contracts.patrol import ShowUse, Use, UseShown

app = typer.Typer(no_args_is_help=True)


@app.command("use", help=help_of(ShowUse))
@run
async def use(
    first: Annotated[datetime, typer.Option("--from", formats=[DAY], help=said_of(ShowUse, "first"))],
    last: Annotated[datetime, typer.Option("--to", formats=[DAY], help=said_of(ShowUse, "last"))],
    region: Region = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """A line for the division and for each below it that has rangers."""
    asked = ShowUse(first=first.date(), last=last.date())
    shown = await answer_in(region, asked, UseShown, actor, bus, home)
    if as_json:
        data(shown)
        return 0
    heads = ("division", "rangers", "used", "share", "by_points", "by_patrols", "vacant")
    table(None, [say(f"use.{head}") for head in heads], map(_row, (shown.whole, *shown.parts)))
    talk("use.counted_by", first=shown.points_from)
    return 0


def _row(one: Use) -> tuple[Any, ...]:
    share = "-" if one.share is None else f"{one.share:.1%}"
    return one.division, one.rangers, one.used, share, one.by_points, one.by_patrols, one.vacant
