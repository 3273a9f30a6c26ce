"""What would break a reader or a sender within one major version (DESIGN §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


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
    """Every break between the released schemas and the present ones, by the messages' names."""
    found: list[Break] = []
    for name, old in sorted(before.items()):
        new = now.get(name)
        if new is None:
            found.append(Break(name, "-", "message removed", "keep it until a later major version of the project"))
        else:
            found += _Comparison(name, old, new).run()
    return found


def _next_major(name: str) -> str:
    stem, _, tail = name.rpartition(".v")
    number, dot, rest = tail.partition(".")
    return f"{stem}.v{int(number) + 1}{dot}{rest}" if stem and number.isdigit() else f"a new version of {name}"


class _Comparison:
    """One message before and now."""

    def __init__(self, name: str, old: Schema, new: Schema) -> None:
        self._name = name
        self._old, self._new = old, new
        self._sent_to_us = bool(old.get("additionalProperties") is False)
        self._seen: set[tuple[str, str]] = set()

    def run(self) -> Iterator[Break]:
        yield from self._object("", self._old, self._new)

    def _object(self, path: str, old: Schema, new: Schema) -> Iterator[Break]:
        had, has = old.get("properties", {}), new.get("properties", {})
        gone = [field for field in had if field not in has]
        came = [field for field in has if field not in had]
        for field in gone:
            twin = next((other for other in came if self._same(had[field], has[other])), None)
            kind = f"renamed to {twin}" if twin else "removed"
            yield Break(self._name, path + field, kind, f"keep it and add the new one beside it, or {self._major()}")
        for field in came:
            if field in new.get("required", ()) and self._sent_to_us:
                yield Break(self._name, path + field, "newly required", f"give it a default, or {self._major()}")
        for field in had:
            if field not in has:
                continue
            was, is_ = field in old.get("required", ()), field in new.get("required", ())
            if was and not is_ and not self._sent_to_us:
                yield Break(self._name, path + field, "may now be missing", f"always send it, or {self._major()}")
            if is_ and not was and self._sent_to_us:
                yield Break(self._name, path + field, "newly required", f"give it a default, or {self._major()}")
            yield from self._value(path + field, had[field], has[field])

    def _value(self, path: str, old: Schema, new: Schema) -> Iterator[Break]:
        old, new = self._followed(old, self._old), self._followed(new, self._new)
        before, after = _types(old, self._old), _types(new, self._new)
        lost, gained = before - after, after - before
        if self._sent_to_us and lost and "anything" not in after:
            yield Break(self._name, path, f"no longer takes {_said(lost)}", f"go on taking it, or {self._major()}")
        elif not self._sent_to_us and gained:
            kind = f"retyped from {_said(before)} to {_said(after)}"
            yield Break(self._name, path, kind, f"add a new field of the new type, or {self._major()}")
        if self._sent_to_us:
            yield from self._narrowed(path, old, new)
        key = (str(old.get("title")), str(new.get("title")))
        if "properties" in old and key not in self._seen:
            self._seen.add(key)
            yield from self._object(path + ".", old, new)
        if "items" in old and "items" in new:
            yield from self._value(path + "[]", old["items"], new["items"])
        for one, other in zip(_branches(old), _branches(new), strict=False):
            yield from self._value(path, one, other)

    def _narrowed(self, path: str, old: Schema, new: Schema) -> Iterator[Break]:
        for word in ("maxLength", "maximum", "maxItems"):
            if word in new and (word not in old or new[word] < old[word]):
                yield Break(self._name, path, f"{word} narrowed to {new[word]}", f"leave it, or {self._major()}")
        for word in ("minLength", "minimum", "minItems", "exclusiveMinimum"):
            if word in new and (word not in old or new[word] > old[word]):
                yield Break(self._name, path, f"{word} narrowed to {new[word]}", f"leave it, or {self._major()}")
        gone = [word for word in old.get("enum", ()) if word not in new.get("enum", old.get("enum", ()))]
        if gone:
            yield Break(self._name, path, f"no longer takes {', '.join(gone)}", f"go on taking it, or {self._major()}")

    def _same(self, old: Schema, new: Schema) -> bool:
        return _types(old, self._old) == _types(new, self._new)

    def _major(self) -> str:
        return f"make {_next_major(self._name)}"

    @staticmethod
    def _followed(schema: Schema, root: Schema) -> Schema:
        while "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
        return schema


def _branches(schema: Schema) -> list[Schema]:
    return [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]


def _types(schema: Schema, root: Schema) -> set[str]:
    """The JSON types that a value may have, with what a string means."""
    schema = _Comparison._followed(schema, root)
    if "anyOf" in schema and "type" not in schema:
        return set().union(*(_types(one, root) for one in schema["anyOf"]))
    kind = schema.get("type", "anything")
    return {f"{kind} ({schema['format']})" if "format" in schema else str(kind)}


def _said(types: set[str]) -> str:
    return " or ".join(sorted(types)) or "nothing"
