"""The sheets of a file that an office has sent, Excel or CSV."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cli.given_file import read
from cli.say import say
from cli.sheet.file import text_file, workbook
from cli.sheet.file.workbook_parts import MOST_FILE_BYTES
from cli.sheet.file.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Given:
    """The sheets of a file; `encoding` where it is a text, which has one sheet and no name for it."""

    file: Path
    sheets: list[Worksheet]
    encoding: str | None = None
    told: list[str] = field(default_factory=list)


def given(file: Path) -> Given:
    """Raises WorkbookRefused for what has no sheets, BadFile for what is no file."""
    content = read(file, MOST_FILE_BYTES)
    if not text_file.is_text(content):
        return Given(file, workbook.sheets_of(file))
    sheet, encoding = text_file.sheet_of(file, content)
    return Given(file, [sheet], encoding, [say("sheet.encoding", encoding=_NAMES.get(encoding, encoding))])


_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030"}
