"""`linzhang patrol`: what is walked, and what comes to patrol as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.case.report import post_each, problems_of
from cli.patrol import duty
from cli.patrol.firms import ABROAD, NO_VEGETATION, hotspots_in
from cli.patrol.overpass import in_order
from cli.say import data, say, table, talk
from cli.session import BusOption, HomeOption, JsonOption, run

app = typer.Typer(no_args_is_help=True)
app.add_typer(duty.app)


@app.command("hotspots", help=say("help.hotspots"))
@run
async def hotspots(
    file: Annotated[Path, typer.Argument()],
    source: Annotated[str, typer.Option("--as", help=say("help.source"))] = "desk",
    preview: Annotated[bool, typer.Option("--preview", help=say("help.hotspots_preview"))] = False,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Good rows are reported, each bad one is named by row, column and rule; the same file again tells nothing new."""
    read = hotspots_in(file)
    good = []
    for one in in_order(read.found):
        problems = problems_of(one.report)
        read.wrong += [(one.row, name, rule) for name, rule in problems]
        if not problems:
            good.append((one.row, one.report))
    if not preview:
        await post_each(good, source, bus, home)
    bad = sorted(read.wrong)
    about = {"posted": len(good), "refused": len({row for row, _, _ in bad})}
    left_out = {reason: read.left_out[reason] for reason in (ABROAD, NO_VEGETATION)}
    if as_json:
        refused = [{"row": row, "column": column, "rule": rule} for row, column, rule in bad]
        shown = {"reports": [stated for _, stated in good]} if preview else {}
        data({"posted": 0 if preview else len(good), "refused": refused, "left_out": left_out, **shown})
    else:
        talk("hotspots.would" if preview else "hotspots.posted", **about, **left_out)
        if bad:
            table(None, (say("line"), say("field"), say("rule")), bad)
    return 1 if bad else 0
