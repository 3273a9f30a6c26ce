"""`linzhang patrol import`: a track out of a file, posted as terminals post theirs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from cli.given_file import read as read_file
from cli.given_file import refuse
from cli.patrol.track.file import WGS84, track_in
from cli.patrol.track.fix import TrackRead, zone_of
from cli.rules import field_and_rule, say_wrong
from cli.say import data, say, table, talk
from cli.session import BusOption, HomeOption, JsonOption, SourceOption, run, session, source_of
from contracts.language.reading import parse
from contracts.language.values import Datum
from contracts.patrol import TrackBatch

POINTS_IN_A_BATCH = 2000


def _zone(stated: str | None) -> tzinfo | None:
    try:
        return zone_of(stated) if stated is not None else None
    except ValueError:
        raise typer.BadParameter(say("track.bad_zone"), param_hint="--zone") from None


@run
async def import_track(
    file: Annotated[Path, typer.Argument()],
    terminal: Annotated[str | None, typer.Option(help=say("help.track_terminal"))] = None,
    datum: Annotated[str | None, typer.Option(help=say("help.track_datum"))] = None,
    zone: Annotated[str | None, typer.Option(help=say("help.track_zone"))] = None,
    offline: Annotated[bool, typer.Option("--offline-round", help=say("help.track_offline"))] = False,
    source: SourceOption = None,
    preview: Annotated[bool, typer.Option("--preview", help=say("help.track_preview"))] = False,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Points are posted in batches, each bad one is named by number and rule; the same file again is a repeat."""
    read = track_in(file, _zone(zone))
    _require_whole(file, read, terminal, datum)
    stated = list(_batches(file, read, terminal or read.terminal or "", datum or Datum.WGS84.value, offline))
    for one in stated:
        try:
            parse(TrackBatch, json.dumps(one).encode())
        except ValidationError as error:
            say_wrong(*map(field_and_rule, error.errors()), of=TrackBatch)
            return 2
    if not preview:
        poster = source_of(source, bus)
        async with session(poster, bus, home) as posting:
            for one in stated:
                await posting.post(TrackBatch, poster, one)
    _show(read, stated, preview, as_json)
    return 1 if read.wrong else 0


def _require_whole(file: Path, read: TrackRead, terminal: str | None, datum: str | None) -> None:
    """Raises BadFile for what the file does not say and nobody has said for it."""
    if read.local:
        refuse(file, "track.zone_wanted", count=read.local)
    if not read.points:
        refuse(file, "track.nothing_timed", wrong=len({n for n, _, _ in read.wrong}), **_left_out(read))
    if datum is None and read.form not in WGS84:
        refuse(file, "track.datum_wanted")
    if read.several:
        refuse(file, "track.several_terminals")
    if terminal is None and read.terminal is None:
        refuse(file, "track.terminal_wanted")


def _batches(file: Path, read: TrackRead, terminal: str, datum: str, offline: bool) -> Iterator[dict[str, Any]]:
    """Named by what they hold: the same file with the same words for it is the same batches."""
    about = json.dumps([terminal, datum, offline, read.points]).encode()
    name = hashlib.sha256(read_file(file) + about).hexdigest()[:24]
    for n, first in enumerate(range(0, len(read.points), POINTS_IN_A_BATCH)):
        yield {
            "batch_id": f"import-{name}-{n}",
            "terminal": terminal,
            "datum": datum,
            "offline_round": offline,
            "points": read.points[first : first + POINTS_IN_A_BATCH],
        }


def _left_out(read: TrackRead) -> dict[str, int]:
    return {name: read.left_out[name] for name in ("waypoints", "routes", "drawn", "no_fix")}


def _show(read: TrackRead, stated: list[dict[str, Any]], preview: bool, as_json: bool) -> None:
    about = {"form": read.form, "points": len(read.points), "batches": len(stated)}
    bad = len({n for n, _, _ in read.wrong})
    if as_json:
        refused = [{"point": n, "field": field, "rule": rule} for n, field, rule in read.wrong]
        shown = {"would": stated} if preview else {}
        data({**about, "posted": not preview, "refused": refused, "left_out": _left_out(read), **shown})
        return
    talk("track.would" if preview else "track.posted", **about, refused=bad, **_left_out(read))
    if read.wrong:
        table(None, (say("track.point"), say("field"), say("rule")), read.wrong)
