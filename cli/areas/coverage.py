"""`linzhang areas coverage`, `forest-land`, `who`: what grids cover, of which forest land, and who answers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from cli.areas.row import MOST_RULES, Row, rows_of
from cli.pages import pages
from cli.region import Region, division_of
from cli.rules import error_said, field_and_rule, stated
from cli.say import data, say, table, talk, talk_line, word
from cli.session import BusOption, HomeOption, JsonOption, run, session
from clients.python.bus import Bus
from clients.python.refused import Refused
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN, Division
from contracts.language.message import dump
from contracts.language.values import SHANGHAI, Datum
from contracts.roster import (
    Answerable,
    Coverage,
    CoverageShown,
    EnrolForestLand,
    ForestLand,
    Gap,
    ShowCoverage,
    WhoAnswers,
)


@run
async def coverage(
    region: Region = None, as_json: JsonOption = False, bus: BusOption = None, home: HomeOption = None
) -> int:
    """Areas with grids, and what is open there."""
    async with session(OPERATOR, bus, home) as asking:
        areas, gaps = await _shown(asking, division_of(region))
    if as_json:
        data({"areas": areas, "gaps": gaps})
        return 0
    heads = ("id", "grids", "land", "rest", "gaps", "overlaps", "teams", "trees")
    table(None, (say(f"areas.{head}") for head in heads), (_cells(one) for one in areas))
    if gaps:
        named = ("id", "kind", "mu", "grids", "lacking", "since")
        table(say("areas.open_gaps"), (say(f"areas.{head}") for head in named), (_gap_cells(one) for one in gaps))
    outside = [id for one in areas for id in one.outside_norm]
    if outside:
        talk("areas.outside_norm", count=len(outside), grids="、".join(outside[:10]))
    return 0


async def _shown(bus: Bus, division: Division) -> tuple[list[Coverage], list[Gap]]:
    areas: list[Coverage] = []
    gaps: list[Gap] = []
    async for page in pages(bus, lambda after: ShowCoverage(after=after), OPERATOR, division, CoverageShown):
        areas += page.areas
        gaps += page.gaps
    return areas, gaps


def _cells(one: Coverage) -> tuple[object, ...]:
    land = say("areas.no_land") if one.land_mu is None else f"{one.land_mu} ({one.land_year})"
    rest = "-" if one.rest_mu is None else str(one.rest_mu)
    return (one.area_id, one.grids, land, rest, one.gaps, one.overlaps, one.teams_incomplete, one.trees_outside)


def _gap_cells(one: Gap) -> tuple[object, ...]:
    lacking = "、".join(word("role", role) for role in (*one.missing, *one.vacant))
    what = one.tree_id or "、".join(one.grids)
    return (one.area_id, say(f"areas.gap_{one.kind}"), one.size_mu, what, lacking, one.found_on)


@run
async def forest_land(
    file: Annotated[Path, typer.Argument()],
    year: Annotated[int, typer.Option(help=say("help.areas_year"))],
    source: Annotated[str, typer.Option(help=say("help.areas_source"))],
    crs: Annotated[str | None, typer.Option("--crs", help=say("help.areas_crs"))] = None,
    datum: Annotated[Datum | None, typer.Option("--datum", help=say("help.areas_datum"))] = None,
    layer: Annotated[str | None, typer.Option("--layer", help=say("help.areas_layer"))] = None,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Each feature is the forest land of the area whose code it has; a bad one is named and the others are enrolled."""
    rows, told = rows_of(file, False, layer, crs, datum, repair=False)
    commands = [(row, asked) for row in rows if (asked := enrolling(row, year, source)) is not None]
    wrong = [(row.name, field, rule) for row in rows for field, rule in row.wrong]
    changed = 0
    async with session(OPERATOR, bus, home) as asking:
        for row, asked in commands:
            try:
                changed += (await asking.ask(asked, OPERATOR, UNKNOWN, Done, timeout=60)).changed
            except Refused as refused:
                wrong += [(row.name, *error_said(error)) for error in refused.problem.errors]
    if as_json:
        data({"read": len(rows), "changed": changed, "wrong": wrong})
    else:
        for line in told:
            talk_line(line)
        talk("areas.imported", read=len(rows), changed=changed, wrong=len({name for name, _, _ in wrong}))
        if wrong:
            table(None, (say("row"), say("field"), say("rule")), wrong)
    return 1 if wrong else 0


def enrolling(row: Row, year: int, source: str) -> EnrolForestLand | None:
    """The command that a row comes to; None where the row is wrong, which says why."""
    id = row.id()
    if id is None and not row.wrong:
        row.wrong.append(("properties.code", stated("missing")))
    if row.wrong:
        return None
    said = {"area_id": id, "year": year, "source": source, "boundary": {"coordinates": row.feature.polygons}}
    try:
        command = EnrolForestLand(lands=(ForestLand.model_validate(said),))
    except ValidationError as error:
        broken = list(map(field_and_rule, error.errors()[:MOST_RULES]))
        # The year and the source are of the whole command, not of one row.
        if any(field in ("year", "source") for field, _ in broken):
            raise
        row.wrong += broken
        return None
    if (size := len(dump(command))) > command.max_bytes:
        row.wrong.append(("boundary", stated("too_large", size=size, most=command.max_bytes)))
        return None
    return command


@run
async def who(
    lon: Annotated[float, typer.Option(help=say("help.areas_lon"))],
    lat: Annotated[float, typer.Option(help=say("help.areas_lat"))],
    at: Annotated[datetime | None, typer.Option(help=say("help.areas_at"))] = None,
    known_at: Annotated[datetime | None, typer.Option("--known-at", help=say("help.areas_known_at"))] = None,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """The posts that answer for a point in degrees on CGCS2000, with their holders or who acts."""
    asked = WhoAnswers(lon=lon, lat=lat, at=_utc(at) or datetime.now(UTC), known_at=_utc(known_at))
    async with session(OPERATOR, bus, home) as asking:
        told = await asking.ask(asked, OPERATOR, UNKNOWN, Answerable)
    if as_json:
        data(told)
        return 0
    acting = {one.post_id: one for one in told.acting}
    rows = []
    for post in told.posts:
        holder = post.holder
        stands_in = acting[post.id].person if holder is None and post.id in acting else None
        acts = (stands_in or post.unit).name if holder is None else ""
        rows.append((post.area_id, word("role", post.role), post.id, holder and holder.name, acts))
    table(None, map(say, ("areas.id", "areas.role", "areas.post", "areas.holder", "areas.acts")), rows)
    if told.contradiction is not None:
        outside, inside = (", ".join(ids) or "-" for ids in (told.contradiction.outside, told.contradiction.inside))
        talk("areas.contradiction", outside=outside, inside=inside)
    return 0


def _utc(at: datetime | None) -> datetime | None:
    """A time without an offset is in China."""
    return None if at is None else (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)
