"""One JSON Schema for each message, as it travels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel

from contracts.every_service import OPERATIONS
from contracts.language.command import ProblemReply
from contracts.language.intake import Refusal
from contracts.language.message import SCHEMA_PREFIX, Command, Fact, Intake, Message
from contracts.wiring.table import COMMANDS, FACTS, KINDS

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def facts() -> Iterator[type[Fact]]:
    for of_service in FACTS.values():
        yield from of_service


def commands() -> Iterator[type[Command]]:
    for of_service in COMMANDS.values():
        yield from of_service
    yield from OPERATIONS


def messages() -> Iterator[type[Message]]:
    """Everything with a name on the bus."""
    yield from facts()
    yield from KINDS
    yield Refusal
    yield from commands()


def file_name(message: type[Message]) -> str:
    """The name in a file's: `*`, which stands for every service, becomes `any`."""
    return message.name.replace("*", "any")


def schema_of(model: type[BaseModel], name: str) -> dict[str, Any]:
    """What a reader may rely on: facts as they are written, what people send as it is read.

    What people send may have no field but these, however deep; what services tell may come to have more.
    """
    sent_to_us = issubclass(model, Intake | Command)
    schema = _described(model, "validation" if sent_to_us else "serialization")
    return {"$schema": DRAFT, "$comment": SCHEMA_PREFIX + name, **_published(schema, closed=sent_to_us)}


@cache
def _described(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> dict[str, Any]:
    return model.model_json_schema(mode=mode)


def _published(part: Any, closed: bool) -> Any:
    if isinstance(part, list):
        return [_published(one, closed) for one in part]
    if not isinstance(part, dict):
        return part
    found = {word: _published(stated, closed) for word, stated in part.items()}
    if isinstance(found.get("pattern"), str):
        found["pattern"] = _in_every_engine(found["pattern"])
    if found.get("type") == "object" and "properties" in found:
        if closed:
            found.setdefault("additionalProperties", False)
        elif found.get("additionalProperties") is False:
            del found["additionalProperties"]
    return found


def _in_every_engine(pattern: str) -> str:
    """A pattern that says the same everywhere: to some engines `$` is also before a last line break.

    Half a surrogate pair is no Unicode; our reader refuses it wherever it stands.
    """
    whole = pattern.replace("[^", "[^\\ud800-\\udfff")
    return whole + "(?!\\n)" if whole.endswith("$") else whole


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by its file's name: messages, answers of commands as `<name>.answer`, and the problem."""
    found = {file_name(message): schema_of(message, message.name) for message in messages()}
    for command in commands():
        name = f"{file_name(command)}.answer"
        found[name] = schema_of(command.answer, name)
    found["problem"] = schema_of(ProblemReply, "problem")
    return found
