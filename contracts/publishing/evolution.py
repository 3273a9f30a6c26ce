"""What would break a reader or a sender within one major version (DESIGN §3).

What people send may only be taken more widely, what services tell may only be told more narrowly. Words of an open
enumeration come and go all the same. A new field of a fact is one that may be missing: streams keep older messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.publishing.shapes import DEFS, EVERYTHING, SHARED, gathered

Schema = Mapping[str, Any]
_ANY_TEXT: Schema = {"type": "string"}
LARGEST = ("maxLength", "maximum", "maxItems", "exclusiveMaximum", "maxProperties")
SMALLEST = ("minLength", "minimum", "minItems", "exclusiveMinimum", "minProperties")
ALIKE = ("pattern", "format", "multipleOf")
"""Keywords of which nobody can say whether a change narrows or widens; only to have none is wider."""


@dataclass(frozen=True, slots=True)
class Break:
    """One break: in which message, which field, of which kind, and what to do instead."""

    message: str
    field: str
    kind: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.message}: {self.field}: {self.kind}; {self.remedy}"


def breaks(before: Mapping[str, Schema], now: Mapping[str, Schema]) -> list[Break]:
    """Every break between the released files of schemas and the present ones, by the messages' names."""
    found: list[Break] = []
    for name in sorted(before.keys() - {SHARED, EVERYTHING}):
        if name not in now:
            found.append(Break(name, "-", "message removed", "keep it until a later major version of the project"))
        else:
            found += dict.fromkeys(_Comparison(name, gathered(before, name), gathered(now, name)).run())
    return found


def moves(before: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> list[Break]:
    """Every change of how a message is found on the bus: its subject, its stream, what its order is kept by."""
    return [
        Break(name, what, f"was {stated}, is {now[name].get(what)}", f"leave it, or make {_next_major(name)}")
        for name, wire in sorted(before.items())
        if name in now
        for what, stated in wire.items()
        if now[name].get(what) != stated
    ]


def _next_major(name: str) -> str:
    stem, _, tail = name.rpartition(".v")
    number, dot, rest = tail.partition(".")
    return f"{stem}.v{int(number) + 1}{dot}{rest}" if stem and number.isdigit() else f"a new version of {name}"


class _Comparison:
    """One message before and now."""

    def __init__(self, name: str, old: Schema, new: Schema) -> None:
        self._name = name
        self._old, self._new = old, new
        self._sent_to_us = old.get("additionalProperties") is False
        self._seen: set[tuple[int, int]] = set()

    def run(self) -> Iterator[Break]:
        yield from self._value("", self._old, self._new)

    def _break(self, path: str, kind: str, instead: str) -> Break:
        return Break(self._name, path or "-", kind, f"{instead}, or make {_next_major(self._name)}")

    def _value(self, path: str, old: Schema, new: Schema) -> Iterator[Break]:
        old, new = _followed(old, self._old), _followed(new, self._new)
        if (id(old), id(new)) in self._seen:
            return
        self._seen.add((id(old), id(new)))
        before, after = _types(old, self._old), _types(new, self._new)
        lost, gained = before - after, after - before
        if self._sent_to_us and lost and "anything" not in after:
            yield self._break(path, f"no longer takes {_said(lost)}", "go on taking it")
        elif not self._sent_to_us and gained:
            kind = f"retyped from {_said(before)} to {_said(after)}"
            yield self._break(path, kind, "add a new field of the new type")
        if _kind(old) == _kind(new) or "anything" in before | after:
            yield from self._bounds(path, old, new)
        yield from self._object(path, old, new)
        if isinstance(old.get("items"), Mapping) and isinstance(new.get("items"), Mapping):
            yield from self._value(f"{path}[]", old["items"], new["items"])
        for one, other in zip(old.get("prefixItems", ()), new.get("prefixItems", ()), strict=False):
            yield from self._value(f"{path}[]", one, other)
        if isinstance(old.get("additionalProperties"), Mapping) and isinstance(
            new.get("additionalProperties"), Mapping
        ):
            yield from self._value(f"{path}{{}}", old["additionalProperties"], new["additionalProperties"])
        yield from self._branches(path, old, new)
        yield from self._by_kind(path, old, new)

    def _by_kind(self, path: str, old: Schema, new: Schema) -> Iterator[Break]:
        """What holds for some words of a field only, word by word."""
        was, is_ = dict(_conditions(old)), dict(_conditions(new))
        for condition, stated in was.items():
            if condition in is_:
                yield from self._object(path, stated, is_[condition])
            elif not self._sent_to_us:
                yield self._break(path, f"nothing more is said where {' is '.join(condition)}", "leave it")
        came = sorted(f"{field} is {word}" for field, word in is_.keys() - was.keys() if self._took(old, field, word))
        if self._sent_to_us and came:
            yield self._break(path, f"more is asked where {', '.join(came)}", "leave it")

    def _took(self, old: Schema, field: str, word: str) -> bool:
        """Whether a word could be sent: nothing more is asked of what was not taken at all."""
        words = _words(_followed(old.get("properties", {}).get(field, {}), self._old))
        return not words or word in words

    def _branches(self, path: str, old: Schema, new: Schema) -> Iterator[Break]:
        """Each alternative beside the one of its type, or of its place where several are of one."""
        had, has = _alternatives(old), _alternatives(new)
        if had and has:
            for at, one in enumerate(had):
                kind = _kind(_followed(one, self._old))
                alike = [other for other in has if _kind(_followed(other, self._new)) == kind]
                among = [other for other in had if _kind(_followed(other, self._old)) == kind]
                place = among.index(one)
                if place < len(alike):
                    yield from self._value(path, one, alike[place])
                elif self._sent_to_us and kind in {_kind(_followed(other, self._new)) for other in has}:
                    yield self._break(path, f"alternative {at + 1} is gone", "go on taking it")
        elif had or has:
            whole, parts = (new, had) if had else (old, has)
            kind = _kind(whole)
            for part in parts:
                if _kind(_followed(part, self._old if had else self._new)) == kind:
                    yield from self._value(path, part, whole) if had else self._value(path, whole, part)

    def _object(self, path: str, old: Schema, new: Schema) -> Iterator[Break]:
        had, has = old.get("properties", {}), new.get("properties", {})
        inside = f"{path}." if path else ""
        was_needed, is_needed = set(old.get("required", ())), set(new.get("required", ()))
        came = [field for field in has if field not in had]
        for field in had:
            if field not in has:
                twin = next((other for other in came if self._same(had[field], has[other])), None)
                kind = f"renamed to {twin}" if twin else "removed"
                yield self._break(inside + field, kind, "keep it and add the new one beside it")
                continue
            if field in was_needed - is_needed and not self._sent_to_us:
                yield self._break(inside + field, "may now be missing", "always send it")
            yield from self._value(inside + field, had[field], has[field])
        for field in has:
            if field in is_needed - was_needed:
                instead = "give it a default" if self._sent_to_us else "mark it as COMES_LATER, with a default"
                yield self._break(inside + field, "newly required", instead)

    def _bounds(self, path: str, old: Schema, new: Schema) -> Iterator[Break]:
        for word, larger in [(word, True) for word in LARGEST] + [(word, False) for word in SMALLEST]:
            was, is_ = old.get(word), new.get(word)
            if was == is_:
                continue
            narrowed = was is None or (is_ is not None and (is_ < was) == larger)
            if narrowed == self._sent_to_us:
                way = "narrowed" if narrowed else "widened"
                yield self._break(
                    path, f"{word} {way} to {is_}" if is_ is not None else f"{word} taken away", "leave it"
                )
        for word in ALIKE:
            was, is_ = old.get(word), new.get(word)
            harmless = is_ is None if self._sent_to_us else was is None
            if was != is_ and not harmless:
                yield self._break(path, f"{word} was {was}, is {is_}", "leave it")
        yield from self._closed_words(path, _words(old), _words(new))

    def _closed_words(self, path: str, was: list[Any], is_: list[Any]) -> Iterator[Break]:
        if self._sent_to_us and was and is_ and (gone := [word for word in was if word not in is_]):
            yield self._break(path, f"no longer takes {', '.join(map(str, gone))}", "go on taking it")
        if self._sent_to_us and is_ and not was:
            yield self._break(path, f"takes only {', '.join(map(str, is_))}", "leave it")
        if not self._sent_to_us and was and is_ and (came := [word for word in is_ if word not in was]):
            yield self._break(path, f"a closed list has {', '.join(map(str, came))} too", "leave it")
        if not self._sent_to_us and was and not is_:
            yield self._break(path, f"no longer one of {', '.join(map(str, was))}", "leave it")

    def _same(self, old: Schema, new: Schema) -> bool:
        return _types(old, self._old) == _types(new, self._new)


def _followed(schema: Schema, root: Schema) -> Schema:
    """What a reference leads to; an open enumeration is any text."""
    while "$ref" in schema or "allOf" in schema:
        one = schema if "$ref" in schema else schema["allOf"][0]
        schema = root[DEFS][one["$ref"].rpartition("/")[2]]
    return _ANY_TEXT if _ANY_TEXT in schema.get("anyOf", ()) and "enum" in schema["anyOf"][0] else schema


def _conditions(schema: Schema) -> Iterator[tuple[tuple[str, str], Schema]]:
    """What holds for each word of a field, down a chain of `if`, `then` and `else`."""
    while "if" in schema:
        ((field, stated),) = schema["if"]["properties"].items()
        for word in stated["enum"]:
            yield (field, word), schema["then"]
        schema = schema.get("else", {})


def _alternatives(schema: Schema) -> list[Schema]:
    return [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]


def _words(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _kind(schema: Schema) -> str:
    return str(schema.get("type", "anything"))


def _types(schema: Schema, root: Schema) -> set[str]:
    """The JSON types that a value may have."""
    schema = _followed(schema, root)
    if "anyOf" in schema and "type" not in schema:
        return set().union(*(_types(one, root) for one in schema["anyOf"]))
    kind = schema.get("type", "anything")
    return set(kind) if isinstance(kind, list) else {str(kind)}


def _said(types: set[str]) -> str:
    return " or ".join(sorted(types)) or "nothing"
