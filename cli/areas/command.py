"""`linzhang areas import`: responsibility areas from maps; first shown what would change, each bad feature named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.areas.around import Around, Finding, Weight
from cli.areas.coverage import coverage, forest_land, who
from cli.areas.listed import listed
from cli.areas.outcome import Outcome, change_of, show
from cli.areas.row import Row, rows_of
from cli.enrolling import areas_standing, enrol_areas
from cli.say import say
from cli.session import BusOption, HomeOption, JsonOption, run, session
from contracts.language.command import OPERATOR
from contracts.language.values import Datum
from contracts.roster import Area

app = typer.Typer(no_args_is_help=True)
app.command("coverage", help=say("help.areas_coverage"))(coverage)
app.command("forest-land", help=say("help.areas_forest_land"))(forest_land)
app.command("who", help=say("help.areas_who"))(who)
ALL = "all"


@app.command("import", help=say("help.areas_import"))
@run
async def import_areas(
    files: Annotated[list[Path], typer.Argument()],
    crs: Annotated[str | None, typer.Option("--crs", help=say("help.areas_crs"))] = None,
    datum: Annotated[Datum | None, typer.Option("--datum", help=say("help.areas_datum"))] = None,
    layer: Annotated[str | None, typer.Option("--layer", help=say("help.areas_layer"))] = None,
    lists: Annotated[list[Path] | None, typer.Option("--list", help=say("help.areas_list"))] = None,
    confirm: Annotated[list[str] | None, typer.Option("--confirm", help=say("help.areas_confirm"))] = None,
    preview: Annotated[bool, typer.Option("--preview", help=say("help.areas_preview"))] = False,
    repair: Annotated[bool, typer.Option("--repair", help=say("help.areas_repair"))] = False,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Good features are enrolled; each bad one is named by row, field and rule. The same file again changes nothing."""
    outcome = Outcome()
    rows: list[Row] = []
    for file in files:
        found, told = rows_of(file, len(files) > 1, layer, crs, datum, repair)
        rows += found
        outcome.files += told
    outcome.read = len(rows)
    codes = listed(lists or ())
    async with session(OPERATOR, bus, home) as asking:
        ids = [id for row in rows if (id := row.id()) is not None]
        standing = await areas_standing(asking, ids, ids)
        for row in rows:
            row.build(standing)
        parents = {row.area.parent_id for row in rows if row.area is not None and row.area.parent_id is not None}
        standing |= await areas_standing(asking, parents, parents)
        good = judge(rows, Around(_built(rows), standing, codes), set(confirm or ()), outcome)
        outcome.changes = [change_of(row, standing.get(row.area.id)) for row in good if row.area is not None]
        if not preview:
            numbered = [(at, row.area) for at, row in enumerate(good) if row.area is not None]
            outcome.changed, refused = await enrol_areas(asking, numbered)
            outcome.wrong += [(good[at].name, name, rule) for at, name, rule in refused]
    show(outcome, preview, as_json)
    return 1 if outcome.wrong or outcome.asks else 0


def _built(rows: Iterable[Row]) -> list[Area]:
    """What the rows state, each area once."""
    found: dict[str, Row] = {}
    for row in rows:
        if row.area is None:
            continue
        if row.area.id in found:
            row.wrong.append(("id", say("areas.once", id=row.area.id, row=found[row.area.id].name)))
            row.area, row.repairs = None, ()
        else:
            found[row.area.id] = row
    return [row.area for row in found.values() if row.area is not None]


def judge(rows: Sequence[Row], around: Around, confirmed: set[str], outcome: Outcome) -> list[Row]:
    """The rows that are to be enrolled; why each other is not goes into the outcome, with what is only told."""
    findings: dict[str, list[Finding]] = {}
    for one in around.findings():
        findings.setdefault(one.id, []).append(one)
    good = []
    for row in rows:
        id = row.area.id if row.area is not None else None
        yes = id is not None and bool({id, ALL} & confirmed)
        outcome.repairs += [(row.name, done) for done in row.repairs]
        kept_out = [one for one in row.wrong if not (row.repairs and yes)]
        outcome.wrong += [(row.name, name, rule) for name, rule in kept_out]
        if kept_out and id is not None:
            outcome.told.append((row.name, "geometry", say("areas.repair_confirm", id=id)))
        into = {Weight.WRONG: outcome.wrong, Weight.ASKS: outcome.told if yes else outcome.asks}
        for one in findings.get(id or "", ()):
            into.get(one.weight, outcome.told).append((row.name, one.field, one.rule))
            if one.weight is Weight.WRONG or (one.weight is Weight.ASKS and not yes):
                kept_out.append((one.field, one.rule))
        if row.area is not None and not kept_out:
            good.append(row)
    return good
