"""Rows that speak of one thing, put together: what it is stands once, what it has several of in a row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cli.say import say
from cli.sheet.dotted import put_at
from cli.sheet.taken import Record, Taken

Key = Callable[[Record], str | None]


@dataclass(slots=True)
class Entry:
    """A thing by its dotted fields, with lists of what it has several of; each row by the path that it was read for."""

    key: str
    records: list[Record]
    stated: dict[str, Any] = field(default_factory=dict)
    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rows: dict[str, Record] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not any(record.problems for record in self.records)

    def nested(self) -> dict[str, Any]:
        """The thing as JSON has it."""
        found: dict[str, Any] = {}
        for name, value in (*self.stated.items(), *self.items.items()):
            put_at(found, name, [_nested(one) for one in value] if name in self.items else value)
        return found

    def spot(self, path: str) -> tuple[Record, str]:
        """The row and the field of a path such as `kit.2.item`."""
        parts = path.split(".")
        numbered = [at for at, part in enumerate(parts) if part.isdigit()]
        for at in reversed(numbered):
            if (row := self.rows.get(".".join(parts[: at + 1]))) is not None:
                return row, ".".join(part for part in parts if not part.isdigit())
        return self.records[0], ".".join(part for part in parts if not part.isdigit())


def entries(records: Iterable[Record], lists: Sequence[str], identity: str, key: Key, taken: Taken) -> list[Entry]:
    """Rows put together by their keys; one without a key continues the row above it.

    What the rows of one thing say of it otherwise than the first is refused by its cell.
    """
    found: dict[str, Entry] = {}
    last: Entry | None = None
    for record in records:
        named = key(record)
        if named is None and last is not None and _only_lists(record, lists):
            last.records.append(record)
            _add(last, record, lists, taken)
        elif named is None:
            taken.refuse(record, identity, say("sheet.blank"))
        else:
            last = found.get(named) or Entry(named, [])
            found[named] = last
            if last.records and not any(_list_of(name, lists) for name in record.stated):
                taken.refuse(record, identity, _again(last, record, named))
            last.records.append(record)
            _add(last, record, lists, taken)
    return list(found.values())


def _again(entry: Entry, record: Record, named: str) -> str:
    first = entry.records[0]
    where = f"{first.sheet}!{first.row}" if first.sheet != record.sheet else str(first.row)
    return say("sheet.duplicate", value=named, row=where)


def _only_lists(record: Record, lists: Sequence[str]) -> bool:
    return bool(record.stated) and all(_list_of(name, lists) for name in record.stated)


def _list_of(name: str, lists: Sequence[str]) -> str | None:
    """The innermost list that a field stands in."""
    return max((one for one in lists if name.startswith(f"{one}.")), key=len, default=None)


def _add(entry: Entry, record: Record, lists: Sequence[str], taken: Taken) -> None:
    parts: dict[str, dict[str, Any]] = {}
    for name, value in record.stated.items():
        of = _list_of(name, lists)
        if of is not None:
            parts.setdefault(of, {})[name.removeprefix(f"{of}.")] = value
        elif entry.stated.setdefault(name, value) != value:
            first = entry.records[0].row
            taken.refuse(record, name, say("sheet.differs", value=value, first=entry.stated[name], row=first))
    for of in sorted(parts, key=lambda one: one.count(".")):
        _append(entry, of, parts[of], lists, record, taken)


def _append(entry: Entry, of: str, stated: dict[str, Any], lists: Sequence[str], record: Record, taken: Taken) -> None:
    """One more item of a list; that of a list within a list belongs to the last item of the outer one."""
    outer = _list_of(of, lists)
    if outer is None:
        items, path = entry.items.setdefault(of, []), of
    else:
        around = entry.items.get(outer, [])
        if not around:
            taken.refuse(record, f"{of}.{next(iter(stated))}", say("sheet.no_item_above"))
            return
        items = around[-1].setdefault(of.removeprefix(f"{outer}."), [])
        path = f"{outer}.{len(around) - 1}.{of.removeprefix(f'{outer}.')}"
    items.append(stated)
    entry.rows[f"{path}.{len(items) - 1}"] = record


def _nested(stated: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in stated.items():
        inside = isinstance(value, list) and value and isinstance(value[0], dict)
        put_at(found, name, [_nested(one) for one in value] if inside else value)
    return found
