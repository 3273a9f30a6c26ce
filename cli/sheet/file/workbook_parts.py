"""The parts of an Excel workbook, read as streams within bounds: what is monstrous is refused by name."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from cli.given_file import read
from cli.say import say
from cli.sheet.file.worksheet import SheetUnreadable

MOST_FILE_BYTES = 64 * 1024 * 1024
MOST_PARTS = 10_000
MOST_XML_BYTES = 128 * 1024 * 1024
MOST_ELEMENTS = 4_000_000
MOST_DEPTH = 64
MOST_TEXT = 32_767
"""Characters that Excel lets a cell have."""
_CHUNK = 64 * 1024
_LONGEST_TAG = 256 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a file of Excel 97–2003 begins, and one with a password."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENTRIES = b"PK\x01\x02"

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Data = Callable[[str], None]


class WorkbookRefused(SheetUnreadable):
    """A file that cannot be read as a workbook; the message says why."""


def opened(file: Path) -> Parts:
    """The parts of a workbook. Raises WorkbookRefused, and BadFile for what is no file at all."""
    content = read(file, MOST_FILE_BYTES)
    if content.count(_ENTRIES) > MOST_PARTS:
        raise WorkbookRefused(say("sheet.monstrous", file=file.name))
    try:
        with ZipFile(file) as parts:
            names = {name.replace("\\", "/").lower(): name for name in parts.namelist()}
    except (BadZipFile, OSError, EOFError, ValueError, NotImplementedError):
        raise WorkbookRefused(say(_what(content), file=file.name)) from None
    for part, key in _OTHERS.items():
        if part in names:
            raise WorkbookRefused(say(key, file=file.name))
    return Parts(file, names)


_OTHERS = {
    "xl/workbook.bin": "sheet.binary",
    "word/document.xml": "sheet.not_excel",
    "mimetype": "sheet.open_document",
}


def _what(content: bytes) -> str:
    """The text that says what a file is that is no workbook."""
    if content.startswith(_OLE):
        return "sheet.password" if _ENCRYPTED in content else "sheet.old_excel"
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return "sheet.web_page"
    return "sheet.not_excel"


class Parts:
    """The parts of one workbook; all that is read of them counts against one bound."""

    def __init__(self, file: Path, names: Mapping[str, str]) -> None:
        self._file = file
        self._names = names
        self._bytes = self._elements = 0

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def refused(self, key: str, **about: object) -> WorkbookRefused:
        return WorkbookRefused(say(key, file=self._file.name, **about))

    def parse(self, name: str, start: Start, end: End, text: Data) -> None:
        """Hand the elements of a part, by their local names, to whoever reads it. Raises WorkbookRefused."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        depth = 0

        def started(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            self._elements += 1
            if depth > MOST_DEPTH or self._elements > MOST_ELEMENTS:
                raise self.refused("sheet.monstrous")
            start(tag.rpartition(" ")[2], attributes)

        def ended(tag: str) -> None:
            nonlocal depth
            depth -= 1
            end(tag.rpartition(" ")[2])

        def declared(*_: object) -> None:
            raise self.refused("sheet.monstrous")

        parser.StartElementHandler = started
        parser.EndElementHandler = ended
        parser.CharacterDataHandler = text
        # A workbook needs no entities; what declares some means harm.
        parser.StartDoctypeDeclHandler = declared
        try:
            self._feed(name, parser)
        except (expat.ExpatError, KeyError, BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
            raise self.refused("sheet.damaged", part=name) from None
        except RuntimeError:
            raise self.refused("sheet.password") from None

    def _feed(self, name: str, parser: expat.XMLParserType) -> None:
        fed = 0
        with ZipFile(self._file) as parts, parts.open(self._names[name.lower()]) as part:
            while chunk := part.read(_CHUNK):
                self._bytes += len(chunk)
                fed += len(chunk)
                parser.Parse(chunk)
                # A tag that does not end is read again with every chunk.
                if self._bytes > MOST_XML_BYTES or fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise self.refused("sheet.monstrous")
            parser.Parse(b"", True)
