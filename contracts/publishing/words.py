"""What messages and their fields are called, in Chinese and English."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from pydantic import BaseModel

from contracts.patrol.kinds import GROUPS, STATED

Words = Mapping[str, Any]


@cache
def words() -> Words:
    """Of `messages`, `types`, `laws` in Chinese; `fields` by name, and `of` a type what means something else there.

    What details of incidents are called stands beside their fields, in `kinds.json`.
    """
    found: dict[str, Any] = json.loads(files("contracts.publishing").joinpath("words.json").read_text("utf-8"))
    for name, group in STATED.groups.items():
        kind = GROUPS[name].__name__
        found["types"][kind] = group.words[0]
        found["of"][kind] = {field: list(STATED.fields[field].words) for field in group.fields}
    return found


def message_words(name: str) -> str:
    """What a message says, in Chinese."""
    said: str = words()["messages"][name]
    return said


def law_words(name: str) -> str:
    """What a law is about, in Chinese."""
    said: str = words()["laws"][name]
    return said


def type_words(kind: str) -> str:
    """What a part that messages share is called, in Chinese. Raises KeyError for one without words."""
    said: str = words()["types"][kind]
    return said


def field_words(kind: str, field: str) -> tuple[str, str]:
    """What a field of a type means, in Chinese and English. Raises KeyError for one without words."""
    chinese, english = words()["of"].get(kind, {}).get(field) or words()["fields"][field]
    return chinese, english


def words_at(message: type[BaseModel], path: str) -> tuple[str, str] | None:
    """What the field at a dotted path of a message means, such as `at.lon`; None where there is no such field."""
    kind: type[BaseModel] | None = message
    *above, last = (part for part in path.split(".") if not part.isdigit())
    for name in above:
        field = kind.model_fields.get(name) if kind else None
        kind = _part_in(field.annotation) if field else None
    return field_words(kind.__name__, last) if kind and last in kind.model_fields else None


def _part_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_part_in, get_args(annotation))), None)
