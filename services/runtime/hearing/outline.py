"""A message as those see it who look after the system: which fields it has, and of what kind, but no value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, get_args

import orjson
from pydantic import BaseModel

from contracts.language.intake import Problem
from contracts.wiring.table import COMMANDS, FACTS, KINDS

_BESIDE = {"body", "headers", "subject", "content-type"}
_ATTRIBUTES = (
    *("id", "source", "type", "time", "specversion", "dataschema", "datacontenttype", "subject", "sequence"),
    *("partitionkey", "correlationid", "causationid", "traceparent"),
)
_POSITION = re.compile(r"[0-9]{1,4}\Z")
UNKNOWN = "?"
"""What is none of our names: a sender may have written anything there."""
MOST_ITEMS = 3
DEEPEST = 8


@cache
def our_names() -> frozenset[str]:
    """Every name of a field or a header that a contract has."""
    messages = [*(fact for facts in FACTS.values() for fact in facts), *KINDS, *COMMANDS]
    seen: set[type[BaseModel]] = set()
    of_fields = {name for message in messages for name in _names(message, seen)}
    return frozenset(of_fields | _BESIDE | {f"ce-{name}" for name in _ATTRIBUTES})


def _names(kind: Any, seen: set[type[BaseModel]]) -> Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind not in seen:
            seen.add(kind)
            for name, field in kind.model_fields.items():
                yield name
                yield from _names(field.annotation, seen)
        return
    for inner in get_args(kind):
        yield from _names(inner, seen)


def places(problems: Iterable[Problem]) -> str:
    """What a message breaks: the fields by our own names, and the codes of the rules."""
    return "; ".join(f"{_path(one.field)}: {one.code}" for one in problems)


def _path(field: str) -> str:
    if field in our_names():
        return field
    return ".".join(one if one in our_names() or _POSITION.match(one) else UNKNOWN for one in field.split("."))


def outline(body: bytes) -> str:
    """The names and kinds of a body, cut at 500 characters."""
    try:
        whole = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"no JSON, {len(body)} bytes"
    return json.dumps(_kind(whole, DEEPEST))[:500]


def _kind(value: Any, deep: int) -> Any:
    if isinstance(value, dict) and deep:
        return {name if name in our_names() else UNKNOWN: _kind(inner, deep - 1) for name, inner in value.items()}
    if isinstance(value, list) and deep:
        return [_kind(one, deep - 1) for one in islice(value, MOST_ITEMS)]
    if isinstance(value, str):
        return f"text of {len(value)}"
    return "null" if value is None else type(value).__name__
