"""Publishes the contracts (`python -m contracts.publishing`): with `--check`, `--release` or `--record NAME`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contracts import VERSION
from contracts.language.message import Fact
from contracts.language.reading import parse
from contracts.language.rules import describe
from contracts.publishing.asyncapi import document
from contracts.publishing.catalogue import page
from contracts.publishing.evolution import breaks, moves
from contracts.publishing.laid_out import laid_out
from contracts.publishing.laws import law_schemas
from contracts.publishing.schemas import file_name, messages, schemas
from contracts.publishing.shapes import DEFS, EVERYTHING, SHARED
from contracts.publishing.yaml import to_yaml
from contracts.wiring.addresses import address_of
from contracts.wiring.streams import stream_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PUBLISHED = HERE.parent / "published"
PAYLOADS = PUBLISHED / "payloads"
RELEASED = HERE / "released.json"
CATALOGUE = ROOT / "docs" / "events.md"


def generated() -> dict[Path, str]:
    """Everything that is generated, by path."""
    found = {PUBLISHED / "asyncapi.yaml": to_yaml(document(VERSION, examples()))}
    for name, schema in schemas().items():
        found[PUBLISHED / "schemas" / f"{name}.json"] = _json(schema)
    for name, schema in law_schemas().items():
        found[PUBLISHED / "laws" / f"{name}.json"] = _json(schema)
    found[CATALOGUE] = page()
    return found


def examples() -> dict[str, list[str]]:
    """The recorded payloads by the message's file name, as paths beside the AsyncAPI document, the oldest first."""
    return {
        folder.name: [str(path.relative_to(PUBLISHED)) for path in sorted(folder.glob("*.json"))]
        for folder in sorted(PAYLOADS.iterdir())
    }


def payloads() -> dict[str, list[Any]]:
    """The recorded payloads of every version, by the message's file name, the oldest first."""
    return {
        folder.name: [json.loads(one.read_text("utf-8")) for one in sorted(folder.glob("*.json"))]
        for folder in sorted(PAYLOADS.iterdir())
    }


def check() -> Iterator[str]:
    """What is not as it should be: files that differ from what would be generated, and breaks of the last release."""
    wanted = generated()
    for path, text in wanted.items():
        if not path.exists() or path.read_text("utf-8") != text:
            yield f"{path.relative_to(ROOT)} differs from the contracts: run make publish"
    for path in sorted((PUBLISHED / "schemas").glob("*.json")):
        if path not in wanted:
            yield f"{path.relative_to(ROOT)} is of a message that no longer exists"
    for path in sorted((PUBLISHED / "laws").glob("*.json")):
        if path not in wanted:
            yield f"{path.relative_to(ROOT)} is of a law that no longer exists"
    yield from against_the_release()


def against_the_release() -> Iterator[str]:
    """What the last release does not have, what breaks it, and payloads that are of no message."""
    names = {file_name(message) for message in messages()}
    for folder in sorted(PAYLOADS.iterdir()):
        if folder.name not in names:
            yield f"{folder.relative_to(ROOT)} holds payloads of a message that does not exist"
    released = json.loads(RELEASED.read_text("utf-8"))
    for part, now in kept().items():
        for name in sorted(now.keys() - released[part].keys()):
            yield f"{RELEASED.relative_to(ROOT)} lacks {name}: run make publish"
    yield from map(str, breaks({**released["schemas"], SHARED: {DEFS: released["types"]}}, schemas()))
    yield from map(str, moves(released["wire"], wire()))


def kept() -> dict[str, dict[str, Any]]:
    """What a release is kept as: how messages are found, their schemas, and the types that these share."""
    files = {name: schema for name, schema in schemas().items() if name not in (SHARED, EVERYTHING)}
    return {"wire": wire(), "schemas": files, "types": schemas()[SHARED][DEFS]}


def wire() -> dict[str, dict[str, str]]:
    """How each message is found on the bus, by its file's name."""
    found = {}
    for message in messages():
        on = {"type": message.type(), "subject": address_of(message)}
        if issubclass(message, Fact):
            on |= {"stream": stream_of(message), "order": message.aggregate, "place": message.place}
        found[file_name(message)] = on
    return found


def release(*, anew: bool) -> None:
    """Keep what is published now as released: what is new since, or everything anew."""
    before = json.loads(RELEASED.read_text("utf-8")) if not anew else {}
    parts = []
    for part, now in kept().items():
        stated = {**now, **before.get(part, {})}
        lines = (f"{json.dumps(name)}: {json.dumps(stated[name])}" for name in sorted(stated))
        parts.append(f"{json.dumps(part)}: {{\n" + ",\n".join(lines) + "\n}")
    RELEASED.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def write() -> None:
    wanted = generated()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for folder in ("schemas", "laws"):
        for path in (PUBLISHED / folder).glob("*.json"):
            if path not in wanted:
                path.unlink()
    release(anew=False)


def record(name: str, text: str) -> Path:
    """Keep a payload for ever; raises ValueError when the message does not take it or does not exist."""
    for message in messages():
        if file_name(message) == name:
            try:
                parse(message, text.encode())
            except ValidationError as error:
                wrong = describe(error.errors()[0])
                raise ValueError(f"{name}: {wrong['field']}: {wrong['rule']}") from None
            folder = PAYLOADS / name
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{len(list(folder.glob('*.json'))) + 1:03d}.json"
            path.write_text(_json(json.loads(text)), encoding="utf-8")
            return path
    raise ValueError(f"there is no message {name}")


def _json(value: Any) -> str:
    return laid_out(value) + "\n"


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            write()
        case ["--check"]:
            wrong = list(check())
            for line in wrong:
                print(line, file=sys.stderr)
            return 1 if wrong else 0
        case ["--release"]:
            release(anew=True)
        case ["--record", name]:
            try:
                print(record(name, sys.stdin.read()))
            except ValueError as error:
                print(error, file=sys.stderr)
                return 1
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0
