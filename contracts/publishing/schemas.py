"""The published schemas: a file for each message and each answer, and one of the types that they share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pydantic import BaseModel

from contracts.access import ACCESS
from contracts.every_service import OPERATIONS
from contracts.language.command import ProblemReply
from contracts.language.intake import Refusal
from contracts.language.message import SCHEMA_PREFIX, Command, Fact, Intake, Message
from contracts.publishing.shapes import AS_SENT, DEFS, EVERYTHING, HERE, SHARED, Schema, from_another_file, shapes
from contracts.publishing.words import message_words, type_words
from contracts.wiring.table import COMMANDS, FACTS, KINDS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
PROBLEM = "problem"


def facts() -> Iterator[type[Fact]]:
    for of_service in FACTS.values():
        yield from of_service


def commands() -> Iterator[type[Command]]:
    for of_service in COMMANDS.values():
        yield from of_service
    yield from OPERATIONS
    yield from ACCESS


def messages() -> Iterator[type[Message]]:
    """Everything with a name on the bus."""
    yield from facts()
    yield from KINDS
    yield Refusal
    yield from commands()


def file_name(message: type[Message]) -> str:
    """The name in a file's: `*`, which stands for every service, becomes `any`."""
    return message.name.replace("*", "any")


def key_of(message: type[Message]) -> str:
    """The name of a message among the components of AsyncAPI; commands stand beside facts of the same words."""
    prefix = "command-" if issubclass(message, Command) else ""
    return prefix + file_name(message).replace(".", "-")


def is_sent(message: type[BaseModel]) -> bool:
    """Whether people and their programs send it; all else our services tell."""
    return issubclass(message, Intake | Command)


@cache
def types() -> dict[str, Schema]:
    """The shape of every type, by its name, with what it is in Chinese and English."""
    sent = [message for message in messages() if is_sent(message)]
    told = [message for message in messages() if not is_sent(message)]
    found = shapes([*told, *(command.answer for command in commands()), ProblemReply], sent)
    return {name: {**shape, "description": _meaning(name, shape)} for name, shape in found.items()}


def _messages_by_type() -> dict[str, type[Message]]:
    return {message.__name__: message for message in messages()}


def _meaning(name: str, shape: Schema) -> str:
    message = _messages_by_type().get(name)
    chinese = message_words(message.name) if message else type_words(name.removesuffix(AS_SENT))
    return f"{chinese}。{shape.get('description', '')}"


@cache
def schemas() -> dict[str, Schema]:
    """Every file by its name: messages, answers of commands as `<name>.answer`, the problem, and what these share."""
    found = {file_name(message): _alone(message, message.name) for message in messages()}
    for command in commands():
        answer = f"{file_name(command)}.answer"
        found[answer] = _file(answer, {"allOf": [{"$ref": f"{SHARED}.json{HERE}{command.answer.__name__}"}]})
    found[PROBLEM] = _alone(ProblemReply, PROBLEM)
    alone = {ProblemReply.__name__, *_messages_by_type()}
    found[SHARED] = {
        "$schema": DRAFT,
        DEFS: {name: shape for name, shape in types().items() if name not in alone},
    }
    return found | {EVERYTHING: _everything(found)}


def _everything(found: dict[str, Schema]) -> Schema:
    """One schema out of which a program can make the types of all messages."""
    fields = {name: {"$ref": f"{name}.json"} for name in sorted(found) if name != SHARED}
    return {
        "$schema": DRAFT,
        "title": "Everything",
        "description": "No message: each of its fields is one, so that programs make the types of all of them at once.",
        "type": "object",
        "properties": fields,
    }


def _alone(model: type[BaseModel], name: str) -> Schema:
    return _file(name, from_another_file(types()[model.__name__]))


def _file(name: str, shape: Schema) -> Schema:
    return {"$schema": DRAFT, "$comment": SCHEMA_PREFIX + name, **shape}
