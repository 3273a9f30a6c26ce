"""`linzhang ledger import`: an old ledger from Excel, each bad cell named by row, column and rule."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.case.command import As
from cli.given_file import read as content_of
from cli.ledger.form import LedgerForm, form_of, sources
from cli.ledger.old_ledger import Read, read_given
from cli.region import Region, region_of
from cli.rules import rule_said
from cli.say import data, say, talk
from cli.session import BusOption, HomeOption, JsonOption, run, session
from cli.sheet.asked import known, places, posts
from cli.sheet.file.given import given
from cli.sheet.file.worksheet import SheetUnreadable
from cli.sheet.place import Gazetteer
from cli.sheet.reading import Known
from cli.sheet.shown import Preview, plain, show
from clients.python.bus import Bus
from contracts.cases import EntersAs, ImportCases, Imported, OldCase
from contracts.language.division import Division
from contracts.language.message import MAX_COMMAND_BYTES
from contracts.language.values import SHANGHAI, AreaKind

Divisions = Annotated[Path | None, typer.Option(help=say("help.ledger_divisions"))]

BATCH_ROWS = 200
BATCH_BYTES = MAX_COMMAND_BYTES * 3 // 4


@run
async def import_ledger(
    file: Annotated[Path, typer.Argument()],
    source: Annotated[str, typer.Option(help=say("help.ledger_source"))],
    actor: As,
    region: Region = None,
    divisions: Divisions = None,
    preview: Preview = False,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    try:
        form = form_of(source)
        sheets = given(file)
        named = None if divisions is None else _names(divisions)
        async with session(actor, bus, home) as asking:
            division = await region_of(actor, region, bus, home)
            found = read_given(sheets, form, await _known(asking, actor, division, named))
            added, unchanged = (0, 0) if preview else await send_rows(asking, form, found, actor, division)
    except KeyError:
        raise typer.BadParameter(say("ledger.unknown_source", source=source, known="、".join(sources()))) from None
    except SheetUnreadable as error:
        raise typer.BadParameter(str(error)) from None
    if as_json:
        data({"added": added, "unchanged": unchanged, **plain(found.taken)})
    else:
        refused = len({(one.sheet, one.row) for one in found.refused})
        if preview:
            talk("sheet.would_take", rows=len(found.rows), refused=refused)
        else:
            talk("ledger.imported", added=added, unchanged=unchanged, refused=refused)
        show(file, found.taken, preview=preview)
    return 1 if found.refused else 0


async def send_rows(bus: Bus, form: LedgerForm, read: Read, actor: str, division: Division) -> tuple[int, int]:
    """Import the good rows; what cases refuses is added to the refused, by row and column."""
    added = unchanged = 0
    for rows in batches(case for _, case in read.rows):
        asked = ImportCases(
            source=form.source, campaign=form.campaign, enters_as=EntersAs(form.enters_as), rows=tuple(rows)
        )
        done = await bus.ask(asked, actor, division, Imported, timeout=60)
        added, unchanged = added + done.added, unchanged + done.unchanged
        for one in done.refused:
            read.refuse_case(one.number, one.field, rule_said(one.rule, one.code, one.figures))
    return added, unchanged


def batches(rows: Iterable[OldCase]) -> Iterator[list[OldCase]]:
    """As many rows as one command may carry."""
    batch: list[OldCase] = []
    size = 0
    for row in rows:
        length = len(row.model_dump_json().encode())
        if batch and (size + length > BATCH_BYTES or len(batch) == BATCH_ROWS):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


async def _known(bus: Bus, actor: str, division: Division, named: dict[Division, str] | None) -> Known:
    """The divisions of a file, else those that are enrolled; the units of the posts that are."""
    there = await places(bus, actor, division, AreaKind.DIVISION) if named is None else ()
    found = known(there, await posts(bus, actor, division), division, datetime.now(SHANGHAI).date())
    return found if named is None else replace(found, divisions=Gazetteer(named, division))


def _names(file: Path) -> dict[Division, str]:
    """The divisions that exist. Raises typer.BadParameter."""
    try:
        lines = csv.DictReader(content_of(file).decode("utf-8-sig").splitlines())
        return {Division(line["code"]): line["name"] for line in lines}
    except (KeyError, ValueError, TypeError, csv.Error):
        raise typer.BadParameter(say("sheet.bad_divisions", file=file.name)) from None
