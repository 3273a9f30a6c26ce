"""What the sheets of an Excel workbook share: where they are, which numbers are days, and their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import join, normpath

from cli.sheet.file.workbook_parts import MOST_TEXT, Parts

_DAY_IDS = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58))
"""Formats of days that Excel knows by number, the Chinese ones among them."""
_MONTH_IDS = frozenset((17, 27, 36, 50, 52, 57))
"""Those of them that show a year and a month alone."""
_NOT_LETTERS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_SCIENTIFIC = re.compile(r"e[+-]")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Book:
    """What a workbook says of itself: its sheets and where they are."""

    def __init__(self, parts: Parts) -> None:
        self.since_1904 = False
        self._sheets: list[tuple[str, bool, str]] = []
        self._targets: dict[str, tuple[str, str]] = {}
        self._root = "xl/workbook.xml"
        if "_rels/.rels" in parts:
            for kind, target in _relations(parts, "_rels/.rels", "").values():
                if kind == "officeDocument":
                    self._root = target
        if self._root not in parts:
            raise parts.refused("sheet.not_excel")
        folder, _, name = self._root.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels".lstrip("/")
        if relations in parts:
            self._targets = _relations(parts, relations, folder)
        parts.parse(self._root, self._start, _nothing, _nothing)
        self._parts = parts

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet":
            relation = next((value for name, value in attributes.items() if name.endswith("relationships id")), "")
            self._sheets.append((attributes.get("name", ""), attributes.get("state", "visible") != "visible", relation))

    def path(self, kind: str) -> str | None:
        return next((path for of, path in self._targets.values() if of == kind and path in self._parts), None)

    def sheets(self) -> Iterator[tuple[str, bool, str]]:
        """Sheets of cells; one of a chart has none."""
        for name, hidden, relation in self._sheets:
            kind, path = self._targets.get(relation, ("", ""))
            if kind == "worksheet":
                yield name, hidden, path


def _relations(parts: Parts, name: str, folder: str) -> dict[str, tuple[str, str]]:
    """What is related to a part, by id: of which kind, and where it is."""
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)

    parts.parse(name, start, _nothing, _nothing)
    return found


@dataclass(frozen=True, slots=True)
class DayStyles:
    """The styles whose numbers are shown as days, and those that show a year and a month alone."""

    shown: frozenset[int] = frozenset()
    by_month: frozenset[int] = frozenset()


def day_styles(parts: Parts, path: str | None) -> DayStyles:
    codes: dict[int, str] = {}
    styles: list[int] = []
    inside: list[str] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "numFmt":
            codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "xf" and "cellXfs" in inside:
            styles.append(_whole(attributes.get("numFmtId")))
        inside.append(tag)

    def end(_: str) -> None:
        inside.pop()

    if path is not None:
        parts.parse(path, start, end, _nothing)
    stated = [(at, number, codes.get(number)) for at, number in enumerate(styles)]
    return DayStyles(
        frozenset(at for at, number, code in stated if _is_day(number, code)),
        frozenset(at for at, number, code in stated if _is_month(number, code)),
    )


def _whole(said: str | None) -> int:
    return int(said) if said is not None and said.isascii() and said.isdigit() and len(said) < 9 else 0


def _is_day(number: int, code: str | None) -> bool:
    if code is None:
        return number in _DAY_IDS
    letters = _letters(code)
    return "general" not in letters and any(letter in letters for letter in "yde") and not _SCIENTIFIC.search(letters)


def _is_month(number: int, code: str | None) -> bool:
    if code is None:
        return number in _MONTH_IDS
    letters = _letters(code)
    return "y" in letters and "m" in letters and not {"d", "h", "s"} & {*letters}


def _letters(code: str) -> str:
    return _NOT_LETTERS.sub("", code.partition(";")[0]).lower()


def shared_texts(parts: Parts, path: str | None) -> list[str]:
    found: list[str] = []
    text = CellText(parts)

    def start(tag: str, _: Mapping[str, str]) -> None:
        if tag == "si":
            text.clear()
        text.start(tag)

    def end(tag: str) -> None:
        text.end(tag)
        if tag == "si":
            found.append(text.said())

    if path is not None:
        parts.parse(path, start, end, text.take)
    return found


def _nothing(_: str) -> None:
    pass


class CellText:
    """The text of a cell out of its runs; how Chinese or Japanese is pronounced is no part of it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._found: list[str] = []
        self._length = 0
        self._taking = self._aside = False

    def clear(self) -> None:
        self._found, self._length = [], 0

    def start(self, tag: str) -> None:
        self._aside |= tag == "rPh"
        self._taking = tag in ("t", "v") and not self._aside

    def end(self, tag: str) -> None:
        self._taking = False
        self._aside &= tag != "rPh"

    def take(self, text: str) -> None:
        if self._taking:
            self._length += len(text)
            if self._length > MOST_TEXT:
                raise self._parts.refused("sheet.monstrous")
            self._found.append(text)

    def said(self) -> str:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(self._found))
        # A rare character is escaped in two halves; a half that stands alone is lost.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
