"""`linzhang areas import`: responsibility areas from a GeoJSON file, each bad one named by row and rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from cli.given_file import BadJson, json_in, read
from cli.rules import error_said, field_and_rule, stated
from cli.say import data, say, table, talk
from cli.session import BusOption, HomeOption, JsonOption, run, session
from clients.python.bus import Bus
from clients.python.refused import Refused
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN, Division, Level
from contracts.language.message import dump
from contracts.language.values import AreaKind
from contracts.roster import Area, EnrolAreas, EnrolPosts, Post

app = typer.Typer(no_args_is_help=True)

T = TypeVar("T", bound=BaseModel)
CHUNK_BYTES = 700_000
CHUNK_ITEMS = 500

Wrong = tuple[int, str, str]
"""Which row, which field, which rule."""


@app.callback()
def areas() -> None:
    """A group, so that `linzhang areas import` keeps its name."""


@app.command("import", help=say("help.areas_import"))
@run
async def import_areas(
    file: Annotated[Path, typer.Argument()],
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Good features are enrolled; each bad one is named by row, field and rule. The same file again changes nothing."""
    try:
        document = json_in(read(file))
    except BadJson as error:
        raise typer.BadParameter(say("areas.not_geojson", file=file, reason=error)) from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise typer.BadParameter(say("areas.not_geojson", file=file, reason=say("areas.no_features")))
    good, wrong = read_features(features)
    async with session(OPERATOR, bus, home) as asking:
        changed, refused = await enrol_areas(asking, good)
    wrong = sorted([*wrong, *refused])
    if as_json:
        data({"read": len(features), "changed": changed, "wrong": wrong})
    else:
        talk("areas.imported", read=len(features), changed=changed, wrong=len({row for row, _, _ in wrong}))
        if wrong:
            table(None, (say("row"), say("field"), say("rule")), wrong)
    return 1 if wrong else 0


def read_features(features: Sequence[Any]) -> tuple[list[tuple[int, Area]], list[Wrong]]:
    """Areas out of GeoJSON features: `code`, `name`, and optionally the other fields of an area, as properties."""
    good: dict[str, tuple[int, Area]] = {}
    wrong: list[Wrong] = []
    for row, feature in enumerate(features, 1):
        try:
            area = _area(feature)
        except ValidationError as error:
            wrong += [(row, *field_and_rule(one)) for one in error.errors()[:5]]
        except _NotAFeature as error:
            wrong.append((row, *error.args))
        else:
            if area.id in good:
                wrong.append((row, "id", say("areas.once", id=area.id, row=good[area.id][0])))
            elif (size := len(dump(area))) > CHUNK_BYTES:
                wrong.append((row, "boundary", stated("too_large", size=size, most=CHUNK_BYTES)))
            else:
                good[area.id] = (row, area)
    return list(good.values()), wrong


class _NotAFeature(Exception):
    """A field of GeoJSON that is not as it must be, and the rule."""


def _part(whole: Any, name: str, kind: type, rule: str) -> Any:
    part = whole.get(name.rpartition(".")[2])
    if not isinstance(part, kind):
        raise _NotAFeature(name, rule)
    return part


def _area(feature: Any) -> Area:
    if not isinstance(feature, dict):
        raise _NotAFeature("feature", say("areas.object"))
    properties = _part(feature, "properties", dict, say("areas.object"))
    geometry = _part(feature, "geometry", dict, say("areas.object"))
    coordinates = _part(geometry, "geometry.coordinates", list, say("areas.list"))
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise _NotAFeature("geometry.type", say("areas.polygon"))
    code = str(properties.get("division") or properties.get("code") or "")
    if not code:
        raise _NotAFeature("properties.code", say("areas.code"))
    said = {
        "id": code,
        "kind": AreaKind.DIVISION,
        "division": code,
        "parent_id": _parent(code),
        "area_mu": "0",
        "in_force_from": date(2018, 1, 1),
        **{name: value for name, value in properties.items() if name in Area.model_fields},
        "boundary": {"coordinates": [coordinates] if geometry["type"] == "Polygon" else coordinates},
    }
    try:
        return Area.model_validate_json(json.dumps(said, default=str))
    except RecursionError:
        raise _NotAFeature("geometry.coordinates", say("areas.deep")) from None


def _parent(code: str) -> str | None:
    """The division above, down from the county; what is wrong with the code is said by its own rule."""
    try:
        division = Division(code)
    except ValueError:
        return None
    return division.parent if division.level in (Level.COUNTY, Level.TOWN, Level.VILLAGE) else None


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """As many as one command may carry."""
    chunk: list[T] = []
    size = 0
    for item in items:
        size += (length := len(dump(item)))
        if chunk and (size > CHUNK_BYTES or len(chunk) >= CHUNK_ITEMS):
            yield chunk
            chunk, size = [], length
        chunk.append(item)
    if chunk:
        yield chunk


async def enrol_areas(bus: Bus, areas: Sequence[tuple[int, Area]]) -> tuple[int, list[Wrong]]:
    """Enrol areas, larger ones first; what roster refuses is left out and named, the rest is enrolled."""
    rows = {area.id: row for row, area in areas}
    ordered = sorted((area for _, area in areas), key=lambda area: (len(area.division.significant), len(area.id)))
    changed, wrong = 0, []
    for chunk in chunks(ordered):
        while chunk:
            try:
                command = EnrolAreas(areas=tuple(chunk))
                changed += (await bus.ask(command, OPERATOR, UNKNOWN, Done, timeout=60)).changed
                break
            except Refused as refused:
                bad = _named(refused, len(chunk))
                if not bad:
                    raise
                wrong += [(rows[chunk[at].id], field, rule) for at, field, rule in bad]
                chunk = [area for at, area in enumerate(chunk) if at not in {at for at, _, _ in bad}]
    return changed, wrong


def _named(refused: Refused, items: int) -> list[Wrong]:
    """`areas.3.boundary` as (3, boundary, rule)."""
    found = []
    for error in refused.problem.errors:
        field, rule = error_said(error)
        parts = field.split(".", 2)
        if len(parts) == 3 and parts[1].isdigit() and int(parts[1]) < items:
            found.append((int(parts[1]), parts[2], rule))
    return found


async def enrol_posts(bus: Bus, posts: Iterable[Post]) -> int:
    changed = 0
    for chunk in chunks(posts):
        changed += (await bus.ask(EnrolPosts(posts=tuple(chunk)), OPERATOR, UNKNOWN, Done, timeout=60)).changed
    return changed
