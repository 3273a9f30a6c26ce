"""`linzhang roster <register> import` and `export`: a register from the sheet of an office and back into one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.region import Region, region_of
from cli.roster.enrolling import enrol_all, read_entries
from cli.roster.register_sheet import description, spot, stated
from cli.say import data, either, say, talk, talk_line
from cli.session import BusOption, HomeOption, JsonOption, run, session
from cli.sheet import asked
from cli.sheet.entry import Entry, entries
from cli.sheet.file.given import given
from cli.sheet.file.worksheet import SheetUnreadable
from cli.sheet.layout import Layout
from cli.sheet.mapping import Mapped, layout_of
from cli.sheet.shown import Preview, plain, show
from cli.sheet.table import read
from cli.sheet.taken import Taken
from cli.sheet.write import flat_rows, write_sheet
from clients.python.bus import Bus
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.values import day_of
from contracts.roster import KEPT, ListRegister, Register, RegisterEntry, RegisterPage

As = Annotated[str, typer.Option("--as", help=say("help.actor"))]
PAGE = 100
Numbered = list[tuple[int, RegisterEntry]]


def app_of(register: Register) -> typer.Typer:
    """The two commands of a register."""
    app = typer.Typer(no_args_is_help=True)

    @app.command("import", help=say("help.register_import"))
    @run
    async def import_register(
        file: Annotated[Path, typer.Argument()],
        columns: Mapped = None,
        region: Region = None,
        preview: Preview = False,
        actor: As = OPERATOR,
        as_json: JsonOption = False,
        bus: BusOption = None,
        home: HomeOption = None,
    ) -> int:
        layout = layout_of(description(register), columns)
        try:
            sheets = given(file)
            async with session(actor, bus, home) as asking:
                division = await region_of(actor, region, bus, home)
                there = await asked.places(asking, actor, division)
                taken = read(sheets, layout, asked.known(there, (), division, day_of(datetime.now(UTC))))
                before = {one.id: one for one in await _entries(asking, actor, division, register)}
                things = entries(taken.records, layout.lists, "id", lambda one: one.stated.get("id"), taken)
                good = _good(register, things, before, taken)
                new = [(row, one) for row, one in good if before.get(one.id) != one]
                changed = len(new)
                if not preview:
                    changed = await _send(asking, actor, division, register, new, things, taken)
        except SheetUnreadable as error:
            raise typer.BadParameter(str(error)) from None
        told = {"read": len(things), "changed": changed}
        if as_json:
            data({**told, **plain(taken)})
        else:
            refused = len({(one.sheet, one.row) for one in taken.refused})
            talk("register.would" if preview else "register.imported", **told, refused=refused)
            show(file, taken, preview=preview)
        return 1 if taken.refused else 0

    @app.command("export", help=say("help.register_export"))
    @run
    async def export_register(
        file: Annotated[Path, typer.Argument()],
        columns: Mapped = None,
        region: Region = None,
        actor: As = OPERATOR,
        bus: BusOption = None,
        home: HomeOption = None,
    ) -> int:
        layout = layout_of(description(register), columns)
        async with session(actor, bus, home) as asking:
            division = await region_of(actor, region, bus, home)
            there = await asked.places(asking, actor, division)
            found = await _entries(asking, actor, division, register)
        known = asked.known(there, (), division, day_of(datetime.now(UTC)))
        rows = rows_of(found, layout)
        for told in write_sheet(file, either(*description(register).title), layout, rows, known):
            talk_line(told)
        talk("sheet.exported", file=file, rows=len(rows))
        return 0

    return app


def rows_of(found: list[RegisterEntry], layout: Layout) -> list[dict[str, Any]]:
    return [row for one in found for row in flat_rows(one.model_dump(), layout)]


async def _entries(bus: Bus, actor: str, division: Division, register: Register) -> list[RegisterEntry]:
    found: list[RegisterEntry] = []
    after = None
    while True:
        page = await bus.ask(
            ListRegister(in_register=register, after=after, limit=PAGE), actor, division, RegisterPage, timeout=60
        )
        found += getattr(page, KEPT[register].entries_field)
        after = page.after
        if after is None:
            return found


def _good(register: Register, things: list[Entry], before: dict[str, RegisterEntry], taken: Taken) -> Numbered:
    """The entries that their contract takes, by their numbers in the sheet; what breaks it is named by its cell."""
    good: Numbered = []
    for row, thing in enumerate(things):
        if not thing.is_good:
            continue
        found, wrong = read_entries(register, [stated(thing, register, before.get(thing.key))])
        for _, field, rule in wrong:
            taken.refuse(*spot(thing, field), rule)
        good += [(row, one) for _, one in found if not wrong]
    return good


async def _send(
    bus: Bus, actor: str, division: Division, register: Register, new: Numbered, things: list[Entry], taken: Taken
) -> int:
    changed, wrong = await enrol_all(bus, actor, division, register, new)
    for row, field, rule in wrong:
        taken.refuse(*spot(things[row], field), rule)
    return changed
