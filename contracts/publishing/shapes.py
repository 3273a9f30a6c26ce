"""The shapes of messages as JSON Schema: open for those who read, closed for those who send, each shared part once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from contracts.language.values import LATER, SPARSE
from contracts.publishing.words import field_words

Schema = dict[str, Any]
DEFS = "$defs"
HERE = f"#/{DEFS}/"
"""How a type refers to another."""
SHARED = "definitions"
"""The file of the types that messages share."""
EVERYTHING = "everything"
"""The file that refers to all others: programs that generate types begin with it."""
AS_SENT = "Input"
"""What is added to the name of a part that is sent otherwise than it is told."""


def shapes(told: Iterable[type[BaseModel]], sent: Iterable[type[BaseModel]]) -> dict[str, Schema]:
    """Every type by its name; a part that is both told and sent is `<name>Input` as it is sent, unless both are alike.

    Raises ValueError where two types have one name.
    """
    of_told = _Types(told, "serialization", _told).found
    of_sent = _Types(sent, "validation", _sent).found
    both = of_told.keys() & of_sent.keys()
    unlike = {name for name in both if of_told[name] != of_sent[name]}
    while further := {name for name in both - unlike if unlike & set(names_in(of_sent[name]))}:
        unlike |= further
    called = {name: name + AS_SENT if name in unlike else name for name in of_sent}
    as_sent = {
        called[name]: {**_referring(shape, lambda one: HERE + called[name_of(one)]), "title": called[name]}
        for name, shape in of_sent.items()
    }
    return dict(sorted((of_told | as_sent).items()))


def name_of(reference: str) -> str:
    """The type that a reference names."""
    return reference.rpartition("/")[2]


def names_in(part: Any) -> Iterator[str]:
    """The types that a shape refers to."""
    if isinstance(part, dict) and "$ref" in part:
        yield name_of(part["$ref"])
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from names_in(one)


class _Untitled(GenerateJsonSchema):
    """A title only where it names a type."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class _Types:
    """Every type of some models, by its name: what has a title is one, wherever it stands."""

    def __init__(
        self,
        models: Iterable[type[BaseModel]],
        mode: Literal["validation", "serialization"],
        shaped: Callable[[Schema], Schema],
    ) -> None:
        self.found: dict[str, Schema] = {}
        self._shaped = shaped
        _, whole = models_json_schema([(one, mode) for one in models], schema_generator=_Untitled)
        for name, stated in whole.get(DEFS, {}).items():
            if name != stated["title"]:
                raise ValueError(f"two types have one name: {stated['title']}")
            self._part(stated)

    def _part(self, part: Any) -> Any:
        if isinstance(part, list):
            return [self._part(one) for one in part]
        if not isinstance(part, dict):
            return part
        whole: Schema = {word: self._part(stated) for word, stated in part.items() if word != "properties"}
        if "properties" in part:
            whole["properties"] = {name: self._part(stated) for name, stated in part["properties"].items()}
        if isinstance(whole.get("pattern"), str):
            whole["pattern"] = _in_every_engine(whole["pattern"])
        if "title" not in whole:
            return _alone(self._shaped(whole))
        of_the_field = {word: whole.pop(word) for word in ("default", LATER) if word in whole}
        self._keep(whole["title"], self._shaped(_worded(whole, whole["title"])))
        return _alone(self._shaped({**of_the_field, "$ref": HERE + whole["title"]}))

    def _keep(self, name: str, shape: Schema) -> None:
        if self.found.setdefault(name, shape) != shape:
            raise ValueError(f"two types have one name: {name}")


def _alone(part: Schema) -> Schema:
    """A reference with nothing beside it: some readers would leave that out, others make another type of it."""
    if "$ref" not in part or len(part) == 1:
        return part
    return {**_without(part, "$ref"), "allOf": [{"$ref": part["$ref"]}]}


def _worded(part: Schema, kind: str) -> Schema:
    """A type with what each of its fields means, in Chinese and English."""
    if "anyOf" in part:
        part = {**part, "anyOf": [_worded(one, kind) for one in part["anyOf"]]}
    said = {}
    for name, stated in part.get("properties", {}).items():
        chinese, english = field_words(kind, name)
        own = stated.get("description")
        more = f" ({own})" if own and own not in english else ""
        said[name] = _alone({"description": f"{chinese} · {english}{more}", **_without(stated, "description")})
    return {**part, "properties": said} if said else part


def _told(part: Schema) -> Schema:
    """As a service tells it: each field always, and in a later version more fields and longer lists."""
    if "items" in part and "prefixItems" not in part:
        part = _without(part, "maxItems")
    if "title" in part and "properties" in part:
        fields = part["properties"]
        always = [name for name, stated in fields.items() if not (part.get(SPARSE) or stated.get(LATER))]
        part = _without(part, SPARSE, "required", "additionalProperties")
        part |= {"properties": {name: _without(stated, LATER) for name, stated in fields.items()}}
        part |= {"required": always} if always else {}
    return _without(part, "default")


def _sent(part: Schema) -> Schema:
    """As people send it: it may have no field but these, however deep."""
    if "title" in part and "properties" in part:
        fields = {name: _without(stated, LATER) for name, stated in part["properties"].items()}
        part = {**_without(part, SPARSE), "properties": fields, "additionalProperties": False}
    return part


def _without(part: Schema, *words: str) -> Schema:
    return {word: stated for word, stated in part.items() if word not in words}


def _in_every_engine(pattern: str) -> str:
    """A pattern that says the same everywhere: to some engines `$` is also before a last line break.

    Half a surrogate pair is no Unicode; our reader refuses it wherever it stands.
    """
    whole = pattern.replace("[^", "[^\\ud800-\\udfff")
    return whole + "(?!\\n)" if whole.endswith("$") else whole


def from_another_file(part: Any) -> Any:
    """A type as it refers to the shared ones out of a file of its own."""
    return _referring(part, lambda reference: f"{SHARED}.json{reference}")


def gathered(files: Mapping[str, Mapping[str, Any]], name: str) -> Schema:
    """One of some files with the shared types that it needs as its own."""
    shared = files.get(SHARED, {}).get(DEFS, {})
    found: dict[str, Schema] = {}
    waiting = set(names_in(files[name])) & shared.keys()
    while waiting:
        one = waiting.pop()
        found[one] = shared[one]
        waiting |= set(names_in(shared[one])) - found.keys()
    within: Schema = _referring(files[name], lambda reference: reference.removeprefix(f"{SHARED}.json"))
    return {**within, DEFS: found} if found else within


def _referring(part: Any, how: Callable[[str], str]) -> Any:
    if isinstance(part, list):
        return [_referring(one, how) for one in part]
    if not isinstance(part, dict):
        return part
    return {word: how(stated) if word == "$ref" else _referring(stated, how) for word, stated in part.items()}
