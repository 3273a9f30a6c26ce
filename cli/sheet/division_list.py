"""The divisions that were in force on a day, out of those that are enrolled or stand in a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import typer
from pydantic import ValidationError

from cli.given_file import read as content_of
from cli.say import say
from cli.sheet.place import Gazetteer
from contracts.language.division import UNKNOWN, Division
from contracts.roster import NamedDivision

EVER = date(1950, 1, 1)
"""From which on a code is in force of which a file does not say so."""


def in_force(stated: Iterable[NamedDivision], on: date, within: Division = UNKNOWN) -> Gazetteer:
    """What codes mean on a day; before its first day a code means what it meant first."""
    meant: dict[Division, NamedDivision] = {}
    for one in sorted(stated, key=lambda one: (one.in_force_from, one.id)):
        if one.in_force_from <= on or one.code not in meant:
            meant[one.code] = one
    gone = {one.code for one in meant.values() if one.ended_on is not None and one.ended_on < on}
    return Gazetteer(
        {code: one.name for code, one in meant.items() if code not in gone},
        within,
        {code: _what_became(meant[code]) for code in gone},
    )


def _what_became(one: NamedDivision) -> str:
    became = "、".join(one.became) or "-"
    return say("sheet.revoked", name=one.name, last=one.ended_on, became=became)


def read_list(file: Path) -> list[NamedDivision]:
    """`code` and `name` of each; `in_force_from`, `ended_on` and `became` where there are such columns.

    Raises typer.BadParameter.
    """
    try:
        lines = list(csv.DictReader(content_of(file).decode("utf-8-sig").splitlines()))
        return [_stated(n, line) for n, line in enumerate(lines)]
    except (KeyError, ValueError, TypeError, csv.Error, ValidationError):
        raise typer.BadParameter(say("sheet.bad_divisions", file=file.name)) from None


def _stated(n: int, line: dict[str, str]) -> NamedDivision:
    became = line.get("became")
    return NamedDivision(
        id=f"{line['code']}-{n}",
        code=Division(line["code"]),
        name=line["name"],
        in_force_from=line.get("in_force_from") or EVER,
        ended_on=line.get("ended_on") or None,
        became=tuple(became.split("、")) if became else (),
    )
