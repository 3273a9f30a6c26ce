"""The lists of division codes: a code that none of them has is asked about before it is enrolled."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import typer

from cli.given_file import read
from cli.say import say
from contracts.language.division import Division


def listed(lists: Iterable[Path]) -> set[Division]:
    """The codes of the list that comes with the program, and of those given. Raises BadParameter."""
    shipped = files("demo") / "data" / "jingdezhen-divisions.csv"
    return {code for file in (shipped, *lists) for code in _codes(file)}


def _codes(file: Path | Traversable) -> set[Division]:
    try:
        content = read(file) if isinstance(file, Path) else file.read_bytes()
        return {Division(line["code"]) for line in csv.DictReader(content.decode("utf-8-sig").splitlines())}
    except (KeyError, ValueError, TypeError, csv.Error):
        raise typer.BadParameter(say("ledger.bad_divisions", file=file.name), param_hint="--list") from None
