"""Reads the data files that rules and words stand in: exactly as their type has it, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from contracts.language.rules import Wrong, describe

T = TypeVar("T")


class NotAsStated(ValueError):
    """A data file breaks a rule; the message names the file, each field and its rule."""

    def __init__(self, file: str, wrong: Iterable[Wrong]) -> None:
        super().__init__("; ".join(f"{file}: {one['field']}: {one['rule']}" for one in wrong))


def read_as(shape: TypeAdapter[T], stated: Any, file: str, within: str = "") -> T:
    """What a file states `within` a part of it, by its shape. Raises NotAsStated."""
    try:
        return shape.validate_json(json.dumps(stated), strict=True)
    except ValidationError as error:
        found = map(describe, error.errors())
        raise NotAsStated(file, [{**one, "field": f"{within}{one['field']}"} for one in found]) from None
