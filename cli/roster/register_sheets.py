"""`linzhang roster <register> import` and `export`: a register from the sheet of an office and back into one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.pages import pages
from cli.region import Region, region_of
from cli.roster.enrolling import enrol_all, read_entries
from cli.roster.register_sheet import description, spot, stated
from cli.say import either, say
from cli.session import As, BusOption, HomeOption, JsonOption, run, session
from cli.sheet import asked
from cli.sheet.entry import Entry, entries
from cli.sheet.file.given import given
from cli.sheet.layout import Layout
from cli.sheet.mapping import Mapped, layout_of
from cli.sheet.shown import Preview, show_export, show_import
from cli.sheet.table import read
from cli.sheet.taken import Taken
from cli.sheet.write import flat_rows, write_sheet
from clients.python.bus import Bus
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.values import day_of
from contracts.roster import KEPT, ListRegister, Register, RegisterEntry, RegisterPage

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
        sheets = given(file)
        async with session(actor, bus, home) as asking:
            division = await region_of(actor, region, bus, home)
            known = await asked.known_on(asking, actor, division, day_of(datetime.now(UTC)))
            taken = read(sheets, layout, known)
            before = {one.id: one for one in await _entries(asking, actor, division, register)}
            things = entries(taken.records, layout.lists, "id", lambda one: one.stated.get("id"), taken)
            good = _good(register, things, before, taken)
            new = [(row, one) for row, one in good if before.get(one.id) != one]
            changed = len(new)
            if not preview:
                changed = await _send(asking, actor, division, register, new, things, taken)
        key, counts = "register.would" if preview else "register.imported", {"read": len(things), "changed": changed}
        return show_import(file, taken, key, counts, preview=preview, as_json=as_json)

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
            known = await asked.known_on(asking, actor, division, day_of(datetime.now(UTC)))
            found = await _entries(asking, actor, division, register)
        rows = rows_of(found, layout)
        show_export(file, len(rows), write_sheet(file, either(*description(register).title), layout, rows, known))
        return 0

    return app


def rows_of(found: list[RegisterEntry], layout: Layout) -> list[dict[str, Any]]:
    return [row for one in found for row in flat_rows(one.model_dump(), layout)]


async def _entries(bus: Bus, actor: str, division: Division, register: Register) -> list[RegisterEntry]:
    def following(after: str | None) -> ListRegister:
        return ListRegister(in_register=register, after=after, limit=PAGE)

    listed = pages(bus, following, actor, division, RegisterPage)
    return [entry async for page in listed for entry in getattr(page, KEPT[register].entries_field)]


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
