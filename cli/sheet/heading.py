"""Finds the headings of a sheet's tables: over one line or several, wherever they stand."""

from __future__ import annotations

from dataclasses import dataclass

from cli.say import say
from cli.sheet.cell import folded, said
from cli.sheet.file.worksheet import MOST_CELLS, SheetUnreadable, Worksheet
from cli.sheet.layout import Headings, Layout
from cli.sheet.taken import Places

_MARKS = "*：:（）()[]【】"
_LINES = (1, 2, 3)
"""Over how many lines headings may stand."""
_SEARCHED_ROWS = 60


def key(heading: str) -> str:
    """By what two headings are the same: marks of what must be filled in are none of it."""
    return folded(heading).replace("必填", "").strip(_MARKS)


@dataclass(frozen=True, slots=True)
class Heads:
    """The headings in some lines: where each field stands, what is missing or stands twice, what nobody asked for."""

    first: int
    last: int
    places: Places
    missing: tuple[str, ...]
    twice: tuple[str, ...]
    others: tuple[tuple[int, str], ...]
    fields: int

    @property
    def whole(self) -> bool:
        return not self.missing and not self.twice and len(self.places) >= min(2, self.fields)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a sheet: its headings, and its rows up to the next table's."""

    heads: Heads
    last: int


class Finder:
    """Looks for a layout's headings in one sheet."""

    def __init__(self, sheet: Worksheet, layout: Layout) -> None:
        self._sheet, self._layout = sheet, layout
        self._origins = _origins(sheet)
        must = [*layout.wanted, *(name for name, one in layout.fields.items() if one.required or one.headed)]
        self._must = list(dict.fromkeys(must))
        self._known = {key(one) for name in layout.fields for place in layout.places(name) for one in place}
        self._keys: dict[str, bool] = {}

    def first(self) -> tuple[Heads, bool]:
        """The headings of the first table, and whether they stand where they are said to. Raises SheetUnreadable."""
        stated = self._layout.header_row
        there = [self.at(row, lines) for row, lines in _around(stated)] if stated else []
        rows = sorted(self._sheet.rows)[:_SEARCHED_ROWS]
        found = _best(there) or _best([self.at(row, lines) for row in rows for lines in _LINES])
        if found is not None:
            return found, stated is None or found in there
        nearest = there or [self.at(row, lines) for row in rows for lines in _LINES] or [self.at(1, 1)]
        wrong = there[0] if there else max(nearest, key=lambda heads: (len(heads.places), -heads.last))
        if wrong.missing:
            missing = "、".join(wrong.missing)
            raise SheetUnreadable(say("sheet.no_column", row=wrong.last, missing=missing), missing)
        twice = "、".join(wrong.twice)
        raise SheetUnreadable(say("sheet.column_twice", row=wrong.last, twice=twice), twice)

    def begins_another(self, row: int) -> Heads | None:
        """The headings that a row begins, whether they are whole or not; None for a row that is none of headings."""
        texts = [cell for cell in self._sheet.rows.get(row, {}).values() if isinstance(cell, str)]
        if sum(map(self._is_known, texts)) < max(2, (len(self._must) + 1) // 2):
            return None
        found = [self.at(row, lines) for lines in _LINES]
        return _best(found) or found[0]

    def _is_known(self, text: str) -> bool:
        if text not in self._keys:
            self._keys[text] = len(text) <= 60 and key(said(text)) in self._known
        return self._keys[text]

    def at(self, row: int, lines: int) -> Heads:
        parts = self._parts(row, row + lines - 1)
        whole = {column: "".join(some) for column, some in parts.items()}
        own = {column: some[-1] for column, some in parts.items()}
        places: dict[str, tuple[tuple[int, str], ...]] = {}
        twice: set[str] = set()
        for name in self._layout.fields:
            doubled: set[str] = set()
            for headings in self._layout.places(name):
                columns = [_standing(heading, whole) or _standing(heading, own) for heading in headings]
                doubled |= {one for one, at in zip(headings, columns, strict=True) if len(at) > 1}
                if all(len(at) == 1 for at in columns):
                    places[name] = tuple((at[0], one) for at, one in zip(columns, headings, strict=True))
                    break
            else:
                twice |= doubled
        used = {at for spots in places.values() for at, _ in spots}
        missing = [one for name in self._must if name not in places for one in self._lacking(name, whole, own)]
        others = tuple((at, heading) for at, heading in sorted(whole.items()) if at not in used)
        lacking = tuple(one for one in missing if one not in twice)
        return Heads(row, row + lines - 1, places, lacking, tuple(sorted(twice)), others, len(self._layout.fields))

    def _lacking(self, name: str, whole: dict[int, str], own: dict[int, str]) -> Headings:
        ways = self._layout.places(name)
        if name not in self._layout.wanted:
            return (self._layout.title(name),)
        return tuple(one for one in ways[0] if not _standing(one, whole) and not _standing(one, own))

    def _parts(self, first: int, last: int) -> dict[int, list[str]]:
        """What stands over each column, from above; a merged cell once."""
        rows = self._sheet.rows
        columns = {column for row in range(first, last + 1) for column in rows.get(row, {})}
        columns |= {column for row, column in self._origins if first <= row <= last} if last > first else set()
        found: dict[int, list[str]] = {}
        group = ""
        for column in sorted(columns):
            seen: list[tuple[int, int]] = []
            parts: list[str] = []
            for row in range(first, last + 1):
                at = self._origins.get((row, column), (row, column))
                text = "".join(said(rows.get(at[0], {}).get(at[1])).split())
                if row == first and last > first and not self._sheet.merged:
                    # In a text file nothing is merged: the heading of a group stands over its first column alone.
                    group = text or group
                    text = text or (group if said(rows.get(last, {}).get(column)) else "")
                if text and at not in seen:
                    seen.append(at)
                    parts.append(text)
            if parts:
                found[column] = parts
        return found


def _standing(heading: str, texts: dict[int, str]) -> list[int]:
    wanted = key(heading)
    return [column for column, text in texts.items() if key(text) == wanted]


def _around(row: int) -> list[tuple[int, int]]:
    """The lines that may be meant by a row of headings: alone, with those under it, with those above."""
    return [(row, 1), (row, 2), *((row - above, above + 1) for above in (1, 2) if row > above), (row, 3)]


def _best(found: list[Heads]) -> Heads | None:
    """The most columns on the fewest lines, the first of those."""
    whole = [heads for heads in found if heads.whole]
    return max(whole, key=lambda heads: (len(heads.places), heads.first - heads.last, -heads.first), default=None)


def _origins(sheet: Worksheet) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell that headings are merged over, the one that says it."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for top, first, bottom, last in sheet.merged:
        if bottom - top < len(_LINES):
            if len(found) + (bottom - top + 1) * (last - first + 1) > MOST_CELLS:
                break
            found |= {(row, at): (top, first) for row in range(top, bottom + 1) for at in range(first, last + 1)}
    return found
