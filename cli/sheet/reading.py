"""Reads the cells of one field as its type has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cli.say import say
from cli.sheet import cell as cells_of
from cli.sheet.cell import BadCell, folded, require_own, require_said, said, says_none
from cli.sheet.day import day, instant, local
from cli.sheet.file.worksheet import SINCE_1900, Cell
from cli.sheet.layout import Field, Type
from cli.sheet.place import Gazetteer


@dataclass(frozen=True, slots=True)
class Known:
    """What sheets are read against: the divisions that there are, and the ids of units by their names."""

    divisions: Gazetteer = field(default_factory=lambda: Gazetteer({}))
    units: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names_of_units: Mapping[str, str] = field(default_factory=dict)

    def unit_name(self, id: str) -> str | None:
        return self.names_of_units.get(id)

    def unit_id(self, name: str) -> str:
        """The id of the one unit of that name. Raises BadCell."""
        found = self.units.get(folded(name), frozenset())
        if len(found) == 1:
            return next(iter(found))
        key = "sheet.units" if found else "sheet.no_unit"
        raise BadCell(say(key, value=name, found="、".join(sorted(found))))


@dataclass(frozen=True, slots=True)
class Value:
    """What a field's cells say, and what a person should be shown of it: nothing where it stands so in the cell."""

    is_: Any
    read_as: str | None = None


_TEXTS: Mapping[Type, Callable[[Any], str]] = {
    "line": cells_of.line,
    "text": cells_of.unbroken,
    "person": cells_of.person,
    "code": cells_of.code,
    "token": cells_of.token,
    "phone": cells_of.phone,
}
_NUMBERS = {"whole": cells_of.whole, "decimal": cells_of.decimal}


def value(
    of: Field, cells: Sequence[Cell | None], known: Known, day_none: datetime = SINCE_1900, *, shared: bool = False
) -> Value:
    """The value of a field, None where it is blank; `shared` where one cell was merged over several rows.

    Raises BadCell.
    """
    filled = [one for one in cells if said(one)]
    for one in filled:
        require_said(one)
    if of.type != "text":
        for one in filled:
            require_own(one)
    if of.type not in ("text", "flag") and filled and all(map(says_none, filled)):
        return Value(None, say("sheet.none"))
    if not filled:
        return Value(None)
    if shared and of.is_amount:
        raise BadCell(say("sheet.shared_amount"))
    first = filled[0]
    if of.type == "division":
        return _division(filled, known)
    if of.type == "day":
        on, plain = day(first, day_none)
        return Value(on, None if plain else on.isoformat())
    if of.type == "instant":
        at, plain = instant(first, day_none)
        return Value(at, None if plain else local(at))
    if of.type == "word":
        return _word(of, first)
    if of.type in _NUMBERS:
        number = _NUMBERS[of.type](first, of.units)
        return Value(number, _otherwise(first, format(number, "f") if of.type == "decimal" else str(number)))
    if of.type == "flag":
        return Value(cells_of.flag(first))
    if of.type == "float":
        return Value(float(cells_of.decimal(first)))
    if of.type == "days":
        several = (first,) if isinstance(first, date) else cells_of.several(first)
        return Value(tuple(day(one, day_none)[0] for one in several))
    if of.type == "several":
        return Value(cells_of.several(first))
    text = _TEXTS[of.type](first)
    return Value(text or None, _otherwise(first, text))


def _otherwise(cell: Any, read_as: str) -> str | None:
    same = not isinstance(cell, str) or re.sub(r"\r\n?", "\n", cell).strip() == read_as
    return None if same else read_as


def _division(cells: Sequence[Cell | None], known: Known) -> Value:
    division, plain = known.divisions.find(cells)
    return Value(division, None if plain else f"{known.divisions.path(division)} {division}")


def _word(of: Field, cell: Any) -> Value:
    known = of.known_words()
    exact = known.get(said(cell))
    if exact is not None:
        return Value(exact)
    same = {code: word for word, code in known.items() if folded(word) == folded(said(cell))}
    if len(same) != 1:
        listed = "、".join(word for word, code in known.items() if word != code) or "、".join(known)
        raise BadCell(say("sheet.unknown_word", value=said(cell), known=listed))
    [(code, word)] = same.items()
    return Value(code, word)
