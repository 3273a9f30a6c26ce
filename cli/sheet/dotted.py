"""Fields at dotted paths: `person.name` of a thing, and which of them lie within a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def value_at(thing: Any, path: str) -> Any:
    """What stands at a path of a thing as JSON has it; None where nothing does."""
    for name in path.split("."):
        thing = thing.get(name) if isinstance(thing, Mapping) else None
    return thing


def put_at(thing: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path; what is no object on the way there becomes one."""
    *above, last = path.split(".")
    for name in above:
        if not isinstance(thing.get(name), dict):
            thing[name] = {}
        thing = thing[name]
    thing[last] = value


def is_within(name: str, lists: Iterable[str]) -> bool:
    """Whether a field, or a list, lies within one of these."""
    return any(name.startswith(f"{one}.") for one in lists)
