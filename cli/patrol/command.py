"""`linzhang patrol`: what is walked, and what comes to patrol as files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.case.asking import DAY, help_of, said_of
from cli.case.report import post_each, problems_of
from cli.patrol import duty, ground, holders, patrols, use
from cli.patrol.asking import asked_as
from cli.patrol.firms import ABROAD, NO_VEGETATION, hotspots_in
from cli.patrol.overpass import in_order
from cli.patrol.patches import patches_in
from cli.patrol.track_import import import_track
from cli.region import Region, answer_in, region_of
from cli.say import data, say, table, talk, talk_line
from cli.session import As, BusOption, HomeOption, JsonOption, SourceOption, run, session
from contracts.language.command import OPERATOR
from contracts.language.values import Datum
from contracts.patrol import (
    HoldTerminal,
    ListTerminals,
    PatchesShown,
    ReturnTerminal,
    ShowPatches,
    ShowTimeliness,
    StepTook,
    TimelinessRef,
    TimelinessShown,
)

app = typer.Typer(no_args_is_help=True)
app.add_typer(duty.app)
asked_as(app, HoldTerminal, "hold")
asked_as(app, ReturnTerminal, "return")
asked_as(app, ListTerminals, "terminals")
app.add_typer(holders.app, name="holders", help=say("help.holders"))
app.add_typer(patrols.app)
app.add_typer(ground.app)
app.add_typer(use.app)


app.command("import", help=say("help.track_import"))(import_track)


@app.command("hotspots", help=say("help.hotspots"))
@run
async def hotspots(
    file: Annotated[Path, typer.Argument()],
    source: SourceOption = None,
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
        shown = {"reports": [stated for _, stated in good]} if preview else {}
        data({"posted": 0 if preview else len(good), "refused": _refused(bad), "left_out": left_out, **shown})
    else:
        talk("hotspots.would" if preview else "hotspots.posted", **about, **left_out)
        if bad:
            table(None, (say("line"), say("field"), say("rule")), bad)
    return 1 if bad else 0


@app.command("patches", help=say("help.patches"))
@run
async def patches(
    file: Annotated[Path, typer.Argument()],
    project: Annotated[str, typer.Option("--project", help=say("help.patches_project"))],
    crs: Annotated[str | None, typer.Option("--crs", help=say("help.areas_crs"))] = None,
    datum: Annotated[Datum | None, typer.Option("--datum", help=say("help.areas_datum"))] = None,
    layer: Annotated[str | None, typer.Option("--layer", help=say("help.areas_layer"))] = None,
    source: SourceOption = None,
    preview: Annotated[bool, typer.Option("--preview", help=say("help.hotspots_preview"))] = False,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Good patches are reported, each bad one is named by row, column and rule; the same file again changes nothing."""
    read = patches_in(file, project, layer, crs, datum)
    good = []
    for row, stated in read.found:
        problems = problems_of(stated)
        read.wrong += [(row, name, rule) for name, rule in problems]
        if not problems:
            good.append((row, stated))
    if not preview:
        await post_each(good, source, bus, home)
    bad = sorted(read.wrong)
    if as_json:
        shown = {"reports": [stated for _, stated in good]} if preview else {}
        posted = 0 if preview else len(good)
        data({"posted": posted, "refused": _refused(bad), "told": read.told, **shown})
    else:
        for told in read.told:
            talk_line(told)
        talk("patches.would" if preview else "patches.posted", posted=len(good), refused=len({row for row, *_ in bad}))
        if bad:
            table(None, (say("line"), say("field"), say("rule")), bad)
    return 1 if bad else 0


def _refused(bad: list[tuple[int, str, str]]) -> list[dict[str, object]]:
    return [{"row": row, "column": column, "rule": rule} for row, column, rule in bad]


@app.command("patch-shares", help=say("help.patch_shares"))
@run
async def patch_shares(
    region: Region = None,
    project: Annotated[str | None, typer.Option("--project", help=say("help.patches_project"))] = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> None:
    """What the patches of a division and of each below it came to."""
    division = await region_of(actor, region, bus, home)
    async with session(actor, bus, home) as asking:
        found = await asking.ask(ShowPatches(project=project), actor, division, PatchesShown)
    if as_json:
        data(found)
        return
    outcomes = ("open", "case", "no_violation", "voided")
    heads = (say("patches.division"), *(say(f"patches.{one}") for one in outcomes), say("patches.no_violation_share"))
    rows = [
        (one.division, *(one.patches.get(outcome, 0) for outcome in outcomes), _percent(one.no_violation_share))
        for one in (found.whole, *found.parts)
    ]
    table(None, heads, rows)


@app.command("timeliness", help=help_of(ShowTimeliness))
@run
async def timeliness(
    region: Region = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=[DAY], help=said_of(ShowTimeliness, "first"))
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=[DAY], help=said_of(ShowTimeliness, "last"))] = None,
    source: Annotated[str | None, typer.Option(help=said_of(ShowTimeliness, "source"))] = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> None:
    """A line for each day, division and source, a column for each step: done in time, of all that could be."""
    asked = ShowTimeliness(first=first and first.date(), last=last and last.date(), source=source)
    found = await answer_in(region, asked, TimelinessShown, actor, bus, home)
    days = [*found.days]
    while found.more:
        last_one = {name: getattr(days[-1], name) for name in TimelinessRef.model_fields}
        asked = asked.model_copy(update={"after": TimelinessRef(**last_one)})
        found = await answer_in(region, asked, TimelinessShown, actor, bus, home)
        days += found.days
    if as_json:
        data(TimelinessShown(days=tuple(days), more=False))
        return
    steps = ("reported", "located", "verified", "handled")
    heads = [say(f"timeliness.{one}") for one in ("day", "division", "source", "reports", *steps)]
    rows = [(one.day, one.division, one.source, one.reports, *map(_took, one.steps)) for one in days]
    table(None, heads, rows)


def _took(step: StepTook) -> str:
    median = "-" if step.median_s is None else f"{step.median_s / 3600:.1f} h"
    return f"{step.within}/{step.within + step.late} · {median}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
