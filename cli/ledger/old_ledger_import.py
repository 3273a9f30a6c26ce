"""`linzhang ledger import`: an old ledger from Excel, each bad cell named by row, column and rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.enrolling import chunks
from cli.ledger.form import LedgerForm, form_of, sources
from cli.ledger.old_ledger import Read, read_given
from cli.region import Region, region_of
from cli.rules import rule_said
from cli.say import data, say, talk
from cli.session import As, BusOption, HomeOption, JsonOption, run, session
from cli.sheet.asked import known, places, posts
from cli.sheet.division_list import in_force, read_list
from cli.sheet.file.given import given
from cli.sheet.reading import Known
from cli.sheet.shown import Preview, plain, show
from clients.python.bus import Bus
from contracts.cases import EntersAs, ImportCases, Imported, OldCase
from contracts.language.division import Division
from contracts.language.message import MAX_COMMAND_BYTES
from contracts.language.values import AreaKind
from contracts.roster import NamedDivision

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
    except KeyError:
        raise typer.BadParameter(say("ledger.unknown_source", source=source, known="、".join(sources()))) from None
    sheets = given(file)
    named = None if divisions is None else read_list(divisions)
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        found = read_given(sheets, form, await _known(asking, actor, division, form, named))
        added, unchanged = (0, 0) if preview else await send_rows(asking, form, found, actor, division)
    if as_json:
        data({"added": added, "unchanged": unchanged, **plain(found.taken)})
    else:
        refused = found.taken.rows_refused
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
    return chunks(rows, BATCH_BYTES, BATCH_ROWS)


async def _known(
    bus: Bus, actor: str, division: Division, form: LedgerForm, named: Sequence[NamedDivision] | None
) -> Known:
    """The divisions of a file, else those that are enrolled, on the ledger's day; the units of the posts that are."""
    there = await places(bus, actor, division, AreaKind.DIVISION) if named is None else ()
    found = known(there, await posts(bus, actor, division), division, form.divisions_on)
    return found if named is None else replace(found, divisions=in_force(named, form.divisions_on, division))
