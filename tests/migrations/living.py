"""What of a changed schema the release before could not live with: it goes on reading and writing as it did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.migrations.catalog import Catalog

_LETS_GO = re.compile("ON DELETE (CASCADE|SET)")
_REFERENCE = re.compile(r"REFERENCES (?:\w+\.)?(\w+)")


@dataclass(frozen=True, slots=True)
class Clash:
    """`thing` is a table, `table.column` or `table.constraint`, and `what` has become of it."""

    thing: str
    what: str
    once_unread: bool = False
    """Nothing to code that has no word for it."""
    excusable: bool = False
    """Asks something of rows that the release before may do by itself: who says why it does may go on."""

    def __str__(self) -> str:
        return f"{self.thing} {self.what}"


def clashes(before: Catalog, after: Catalog) -> Iterator[Clash]:
    """Everything, whether it is read or not."""
    yield from _tables(before, after)
    yield from _columns(before, after)
    yield from _keys(before, after)
    yield from _rules(before, after)
    yield from _values(before, after)


def _tables(before: Catalog, after: Catalog) -> Iterator[Clash]:
    for name, kind in before.tables.items():
        if name not in after.tables:
            yield Clash(name, "is dropped or renamed", once_unread=True)
        elif after.tables[name] != kind:
            yield Clash(name, "is another kind of relation")
    for name in sorted(before.others - after.others):
        yield Clash(_word(name), "is dropped or renamed", once_unread=True)


def _columns(before: Catalog, after: Catalog) -> Iterator[Clash]:
    for name, was in before.columns.items():
        if _other_relation(name.partition(".")[0], before, after):
            continue
        now = after.columns.get(name)
        if now is None:
            yield Clash(name, "is dropped or renamed", once_unread=True)
            continue
        if now.type != was.type:
            yield Clash(name, f"is of type {now.type} instead of {was.type}", once_unread=True)
        if now.required and not was.required:
            yield Clash(name, "must have a value", excusable=True)
        if was.required and not now.required:
            yield Clash(name, "may be empty", once_unread=True, excusable=True)
        if now.filled != was.filled:
            filled = f"{now.filled or 'nothing'} instead of {was.filled or 'nothing'}"
            yield Clash(name, f"is filled by {filled}", excusable=True)
    for name in after.columns.keys() - before.columns.keys():
        new = after.columns[name]
        if name.partition(".")[0] in before.tables and new.required and not new.filled:
            yield Clash(name, "is new, must have a value and has no default")


def _keys(before: Catalog, after: Catalog) -> Iterator[Clash]:
    for key, name in before.keys.items():
        if _other_relation(_of(key), before, after):
            continue
        if key not in after.keys:
            yield Clash(f"{_of(key)}.{name}", f"{_definition(key)} is no longer kept", once_unread=True)
        elif after.keys[key] != name:
            yield Clash(f"{_of(key)}.{name}", "is renamed", once_unread=True)
    for key, name in after.keys.items():
        if key not in before.keys and _of(key) in before.tables:
            yield Clash(f"{_of(key)}.{name}", f"{_definition(key)} is new", excusable=True)


def _rules(before: Catalog, after: Catalog) -> Iterator[Clash]:
    """A rule that goes takes nothing from anybody who kept it."""
    for rule, name in after.rules.items():
        if rule in before.rules:
            continue
        if _of(rule) in before.tables:
            yield Clash(f"{_of(rule)}.{name}", f"{_definition(rule)} is new", excusable=True)
        elif (held := _REFERENCE.search(rule)) and held[1] in before.tables and not _LETS_GO.search(rule):
            yield Clash(f"{_of(rule)}.{name}", f"keeps rows of {held[1]} from being deleted", excusable=True)


def _values(before: Catalog, after: Catalog) -> Iterator[Clash]:
    for name, labels in before.values.items():
        gone = [label for label in labels if label not in after.values.get(name, ())]
        if gone and name in after.values:
            yield Clash(name, f"no longer has the value {', '.join(gone)}", once_unread=True)


def _other_relation(table: str, before: Catalog, after: Catalog) -> bool:
    """Whether all that is to be said is said of the table itself."""
    return after.tables.get(table) != before.tables[table]


def _of(definition: str) -> str:
    return definition.partition(": ")[0]


def _definition(definition: str) -> str:
    return definition.partition(": ")[2]


def _word(name: str) -> str:
    found = re.search(r"(\w+)(\(|$)", name)
    return found[1] if found else name
