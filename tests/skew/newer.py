"""What a later version would tell: recorded payloads with more in them, and the code of a next release."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from contracts.language.message import Message

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "contracts" / "published"
WORD = "of_the_next_release"
"""A word that no version knows."""
MORE = {"told_by_the_next_release": {"deep": [1, {"er": None}]}}
"""A field that no version knows."""
KIND, ROLE = "drone_wreck", "grid_chief"
"""A kind of incident and a role of posts that the next release knows."""
Path_ = tuple[str | int, ...]


def recorded(message: type[Message]) -> dict[str, Any]:
    """What was recorded of a message."""
    folder = PUBLISHED / "payloads" / message.name.replace("*", "any")
    found: dict[str, Any] = json.loads((folder / "001.json").read_text("utf-8"))
    return found


def with_more(value: Any) -> Any:
    """The same with one field more in each object, however deep."""
    if isinstance(value, dict):
        return {**{name: with_more(inner) for name, inner in value.items()}, **MORE}
    return [with_more(one) for one in value] if isinstance(value, list) else value


def with_word(body: dict[str, Any], path: Path_) -> dict[str, Any]:
    """The same with a word of a later version at one place."""
    whole = part = deepcopy(body)
    for step in path[:-1]:
        part = part[step]  # type: ignore[index]
    part[path[-1]] = WORD  # type: ignore[index]
    return whole


def words(message: type[Message], body: dict[str, Any]) -> list[Path_]:
    """Where in a body a word of a list stands, or could stand where nothing is said, by the published schema."""
    schema = json.loads((PUBLISHED / "schemas" / f"{message.name}.json").read_text("utf-8"))
    return list(_words(schema, body, ()))


@cache
def _definitions() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PUBLISHED / "schemas" / "definitions.json").read_text("utf-8"))["$defs"]
    return found


def _words(schema: dict[str, Any], value: Any, path: Path_) -> Iterator[Path_]:
    schema = _followed(schema)
    alternatives = [_followed(one) for one in schema.get("anyOf", ())]
    if value is None or isinstance(value, str):
        if any("enum" in one for one in (schema, *alternatives)):
            yield path
        return
    for one in (schema, *alternatives):
        if isinstance(value, dict):
            for name, inner in one.get("properties", {}).items():
                if name in value:
                    yield from _words(inner, value[name], (*path, name))
        elif isinstance(value, list) and "items" in one:
            for at, inner in enumerate(value):
                yield from _words(one["items"], inner, (*path, at))


def _followed(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema or "allOf" in schema:
        reference = schema if "$ref" in schema else schema["allOf"][0]
        schema = _definitions()[reference["$ref"].rpartition("/")[2]]
    return schema


def next_release(folder: Path) -> Path:
    """The tree of a release that knows one kind and one role more than this one."""
    for part in ("contracts", "services", "clients"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    _edit(
        folder / "contracts/patrol/kinds.json",
        '    "other": {',
        f'    "{KIND}": {{"words": ["无人机残骸", "drone wreck"], "details": "plain"}},\n    "other": {{',
    )
    _edit(
        folder / "contracts/language/values.py",
        '    RANGER = "ranger"\n',
        f'    RANGER = "ranger"\n    GRID_CHIEF = "{ROLE}"\n',
    )
    return folder


def _edit(file: Path, old: str, new: str) -> None:
    before = file.read_text("utf-8")
    assert before.count(old) == 1, f"{file} has {old!r} {before.count(old)} times"
    file.write_text(before.replace(old, new), "utf-8")
