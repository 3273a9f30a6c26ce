"""Whether a file is an Excel workbook that can be read; what is not, is old, or is monstrous is told apart."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a file of Excel 97–2003 begins, and one with a password."""
_DIMENSION = re.compile(rb'<dimension ref="(?:[A-Z]+[0-9]+:)?([A-Z]{1,3})([0-9]{1,7})"')
MOST_CELLS = 50_000_000
"""Every cell of the rectangle up to a sheet's last one takes 32 bytes while it is read."""


def problem_of(file: Path) -> tuple[str, dict[str, object]] | None:
    """The text that says why a file cannot be read, with its parts."""
    try:
        with ZipFile(file) as parts:
            sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
            for name in sheets:
                with parts.open(name) as sheet:
                    last = _last_cell(sheet.read(4096))
                if last is not None and _cells(*last) > MOST_CELLS:
                    return "ledger.too_large", {"file": file.name, "cell": "".join(last)}
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error):
        with file.open("rb") as content:
            is_old = content.read(len(_OLD)) == _OLD
        return "ledger.old_excel" if is_old else "ledger.not_excel", {"file": file.name}
    return None


def _last_cell(beginning: bytes) -> tuple[str, str] | None:
    found = _DIMENSION.search(beginning)
    return (found[1].decode(), found[2].decode()) if found else None


def _cells(column: str, row: str) -> int:
    width = 0
    for letter in column:
        width = width * 26 + ord(letter) - ord("A") + 1
    return width * int(row)
