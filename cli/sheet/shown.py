"""Shows what was read of a sheet: each error in a line of its own, and what was read otherwise than written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.say import data, say, table, talk, talk_line
from cli.sheet.taken import CellProblem, Reading, Taken

Preview = Annotated[bool, typer.Option("--preview", help=say("help.sheet_preview"))]
MOST_READINGS = 20
"""How many are shown where nobody asked for them."""


def plain(taken: Taken) -> dict[str, Any]:
    """What is wrong, otherwise and worth knowing, as data."""
    return {
        "refused": [
            {"sheet": one.sheet, "row": one.row, "column": one.column, "cell": one.cell, "rule": one.rule}
            for one in _in_order(taken.refused)
        ],
        "read_as": [
            {"cell": one.cell, "column": one.column, "written": one.written, "read_as": one.read_as}
            for one in taken.readings
        ],
        "told": taken.told,
    }


def show(file: Path, taken: Taken, *, preview: bool = False) -> None:
    for told in taken.told:
        talk_line(told)
    _show_readings(taken.readings, len(taken.readings) if preview else MOST_READINGS)
    for problem in _in_order(taken.refused):
        talk_line(problem.said(file))


def show_import(file: Path, taken: Taken, key: str, counts: Mapping[str, int], *, preview: bool, as_json: bool) -> int:
    """Say what came of an import, or would come of it; the exit status of its command."""
    if as_json:
        data({**counts, **plain(taken)})
    else:
        talk(key, **counts, refused=taken.rows_refused)
        show(file, taken, preview=preview)
    return 1 if taken.refused else 0


def show_export(file: Path, rows: int, told: Iterable[str]) -> None:
    """Say that a register was written, and what of it would be read otherwise."""
    talk("sheet.exported", file=file, rows=rows)
    for one in told:
        talk_line(one)


def _show_readings(readings: list[Reading], most: int) -> None:
    if not readings:
        return
    talk("sheet.readings", count=len(readings))
    heads = (say("sheet.cell"), say("sheet.column"), say("sheet.written"), say("sheet.read_as"))
    lines = [(one.cell, one.column.partition(" ")[2] or one.column, one.written, one.read_as) for one in readings]
    table(None, heads, lines[:most])
    if len(lines) > most:
        talk("sheet.more_readings", count=len(lines) - most)


def _in_order(refused: list[CellProblem]) -> list[CellProblem]:
    return sorted(refused, key=lambda one: (one.sheet, one.row))
