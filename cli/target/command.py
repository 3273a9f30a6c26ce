"""`linzhang target`: the plan of a year, loaded, broken down to who carries it out, shown and written as a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.case.asking import said_of
from cli.given_file import json_of
from cli.patrol.asking import asked_as
from cli.region import Region, region_of
from cli.say import data, either, say, table, talk, talk_line
from cli.session import As, BusOption, HomeOption, JsonOption, run, session
from cli.sheet import asked as places
from cli.sheet.file.given import given
from cli.sheet.mapping import Mapped, layout_of
from cli.sheet.shown import Preview, show_export, show_import
from cli.sheet.table import read as read_rows
from cli.sheet.write import write_sheet
from cli.target.breakdown import allocate_all, changed, description, parts_of, row_of
from cli.target.loading import set_all, targets_in
from cli.target.plan import in_tree, shipped, standing
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.values import AreaKind, day_of
from contracts.targets import Allocate, ShowPlan, ShowRecord, TargetProgress

app = typer.Typer(no_args_is_help=True)
asked_as(app, ShowRecord, "record")

Year = Annotated[int, typer.Option("--year", help=said_of(ShowPlan, "year"))]
THIS_YEAR = day_of(datetime.now(UTC)).year


@app.command("plan", help=say("help.target_plan"))
@run
async def show_plan(
    year: Year = THIS_YEAR,
    region: Region = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        plan = await standing(asking, actor, division, year)
        there = [] if as_json else await places.places(asking, actor, division)
    if as_json:
        data(plan)
        return 0
    heads = [say(f"target.{name}") for name in ("name", "id", "amount", "unit", "reported", "share", "unallocated")]
    names = {one.division: one.name for one in there if one.kind is AreaKind.DIVISION}
    table(None, heads, [_line(depth, one, names) for depth, one in in_tree(plan)])
    return 0


def _line(depth: int, one: TargetProgress, names: Mapping[Division, str]) -> tuple[Any, ...]:
    """A part is called by who carries it out: everything above it says what it is."""
    target, reported = one.target, one.total.reported
    who = target.entity or names.get(target.division, target.division)
    name = "　" * depth + (who if target.parent_id else either(target.name, target.name_en))
    share = f"{reported / target.amount:.1%}" if target.amount and reported else "-"
    return (name, target.id, _said(target.amount), target.unit.value, _said(reported), share, _said(one.unallocated))


def _said(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount.normalize():f}"


@app.command("load", help=say("help.target_load"))
@run
async def load(
    file: Annotated[Path | None, typer.Argument(help=say("help.target_file"))] = None,
    region: Region = None,
    actor: As = OPERATOR,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    stated, wrong = targets_in(json_of(file)) if file is not None else (list(enumerate(shipped(), 1)), [])
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        refused = await set_all(asking, actor, division, stated)
    bad = {row for row, _, _ in refused}
    wrong = sorted([*wrong, *refused])
    read = len({row for row, _ in stated} | {row for row, _, _ in wrong})
    talk("target.loaded", read=read, set=len(stated) - len(bad))
    for row, field, rule in wrong:
        talk_line(say("target.wrong", row=row, field=field, rule=rule))
    return 1 if wrong else 0


@app.command("break-down", help=say("help.target_break_down"))
@run
async def break_down(
    file: Annotated[Path, typer.Argument()],
    under: Annotated[str | None, typer.Option("--under", help=say("help.target_under"))] = None,
    reason: Annotated[str | None, typer.Option(help=said_of(Allocate, "reason"))] = None,
    paper: Annotated[str | None, typer.Option(help=said_of(Allocate, "paper"))] = None,
    year: Year = THIS_YEAR,
    columns: Mapped = None,
    region: Region = None,
    preview: Preview = False,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    layout = layout_of(description(), columns)
    sheets = given(file)
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        known = await places.known_on(asking, actor, division, day_of(datetime.now(UTC)))
        taken = read_rows(sheets, layout, known)
        plan = await standing(asking, actor, division, year)
        parts = parts_of(taken, under, plan)
        done = [] if preview else await allocate_all(asking, actor, division, parts, taken, reason, paper)
    of = parts.keys() if preview else {one.target_id for one in done}
    key = "target.would" if preview else "target.broken_down"
    counts = {"read": len(taken.records), "changed": changed(parts, of, plan), "targets": len(of)}
    status = show_import(file, taken, key, counts, preview=preview, as_json=as_json)
    if done and not as_json:
        heads = [say(f"target.{name}") for name in ("id", "amount", "parts", "unallocated")]
        rows = [(one.target_id, _said(one.amount), len(one.shares), _said(one.unallocated)) for one in done]
        table(None, heads, rows)
    return status


@app.command("export", help=say("help.target_export"))
@run
async def export(
    file: Annotated[Path, typer.Argument()],
    year: Year = THIS_YEAR,
    columns: Mapped = None,
    region: Region = None,
    actor: As = OPERATOR,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    layout = layout_of(description(), columns)
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        known = await places.known_on(asking, actor, division, day_of(datetime.now(UTC)))
        plan = await standing(asking, actor, division, year)
    rows = [row_of(one) for _, one in in_tree(plan)]
    show_export(file, len(rows), write_sheet(file, either(*description().title), layout, rows, known))
    return 0
