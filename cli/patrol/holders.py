"""`linzhang patrol holders`: who carries which terminal, from the sheet of an office and back into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.patrol.holder_sheet import Asked, Key, description, keys, plan
from cli.region import Region, region_of
from cli.rules import problem_said
from cli.say import either, say
from cli.session import As, BusOption, HomeOption, JsonOption, run, session
from cli.sheet import asked as asked_of
from cli.sheet.file.given import given
from cli.sheet.mapping import Mapped, layout_of
from cli.sheet.reading import Known
from cli.sheet.shown import Preview, show_export, show_import
from cli.sheet.table import read
from cli.sheet.taken import Taken
from cli.sheet.write import write_sheet
from clients.python.bus import Bus
from clients.python.refused import Refused
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.patrol import Carrying, ListTerminals, TerminalHoldings, TerminalsListed

app = typer.Typer(no_args_is_help=True)
MOST = 1000
_FIELDS = {"returned_at": "carried_to"}


@app.command("import", help=say("help.holders_import"))
@run
async def import_holders(
    file: Annotated[Path, typer.Argument()],
    columns: Mapped = None,
    region: Region = None,
    preview: Preview = False,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    layout = layout_of(description(), columns)
    taken = read(given(file), layout, Known())
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        posts = {one.id: Division(one.division) for one in await asked_of.posts(asking, actor, division)}
        before = {key: await _carriers(asking, actor, division, key) for key in keys(taken)}
        planned, unchanged = plan(taken, before, posts)
        changed = sum(len(one) for one in planned.values())
        if not preview:
            changed = await _send(asking, actor, planned, taken)
    counts = {"changed": changed, "unchanged": unchanged}
    key = "holders.would" if preview else "holders.imported"
    return show_import(file, taken, key, counts, preview=preview, as_json=as_json)


@app.command("export", help=say("help.holders_export"))
@run
async def export_holders(
    file: Annotated[Path, typer.Argument()],
    columns: Mapped = None,
    region: Region = None,
    actor: As = OPERATOR,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    layout = layout_of(description(), columns)
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        posts = {one.id for one in await asked_of.posts(asking, actor, division)}
        found = await _all(asking, actor, division)
    rows: list[dict[str, Any]] = [
        {"source": one.source, "terminal": one.terminal, **held.model_dump()}
        for one in found
        if any(held.post_id in posts for held in one.carriers)
        for held in one.carriers
    ]
    show_export(file, len(rows), write_sheet(file, either(*description().title), layout, rows, Known()))
    return 0


async def _carriers(bus: Bus, actor: str, division: Division, key: Key) -> tuple[Carrying, ...]:
    source, terminal = key
    asked = ListTerminals(source=source, terminal=terminal)
    listed = await bus.ask(asked, actor, division, TerminalsListed)
    return listed.terminals[0].carriers if listed.terminals else ()


async def _all(bus: Bus, actor: str, division: Division) -> list[TerminalHoldings]:
    found: list[TerminalHoldings] = []
    more = True
    while more:
        last = found[-1] if found else None
        asked = ListTerminals(after_source=last and last.source, after_terminal=last and last.terminal, limit=MOST)
        page = await bus.ask(asked, actor, division, TerminalsListed)
        found += page.terminals
        more = page.more
    return found


async def _send(bus: Bus, actor: str, planned: dict[Key, list[Asked]], taken: Taken) -> int:
    """How many moves were made; of a terminal of which one is refused those that follow are not asked for."""
    done = 0
    for moves in planned.values():
        for record, command in moves:
            try:
                await bus.ask(command, actor, command.division, TerminalHoldings)
            except Refused as refused:
                for field, rule in problem_said(refused.problem, "terminal"):
                    taken.refuse(record, _FIELDS.get(field, field), rule)
                break
            done += 1
    return done
