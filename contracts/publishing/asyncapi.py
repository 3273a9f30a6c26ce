"""The AsyncAPI 3 document: servers, channels, messages with recorded examples, operations, and the streams."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from contracts.access import ACCESS, PROVISIONER
from contracts.cases import Case, CaseVerified
from contracts.every_service import OPERATIONS
from contracts.language.command import ProblemReply
from contracts.language.intake import Refusal
from contracts.language.message import JSON, Command, Fact, Intake, Message
from contracts.publishing.envelopes import ENVELOPES, envelope_of
from contracts.publishing.schemas import PROBLEM, commands, file_name, key_of, messages
from contracts.publishing.words import message_words
from contracts.wiring.addresses import address_of, parameters_in
from contracts.wiring.streams import DURABLES, STREAMS, durable, stream_of
from contracts.wiring.table import ANSWERS, FACTS, HEARS, REFUSES, SERVICES

PROBLEM_JSON = "application/problem+json"
EVERY = "every-service"
REPLIES = "_INBOX.{actor}.{inbox}"
Examples = Mapping[str, Sequence[str]]
"""By the message's file name: the recorded payloads, as paths beside the document."""


@cache
def texts() -> Mapping[str, Any]:
    """What the document says in words, in Chinese and English."""
    found: Mapping[str, Any] = json.loads(files("contracts.publishing").joinpath("asyncapi.json").read_text("utf-8"))
    return found


def both(said: Sequence[str], **blanks: str) -> str:
    """Chinese and English, one after the other."""
    chinese, english = said
    return f"{chinese.format(**blanks) if blanks else chinese}\n\n{english.format(**blanks) if blanks else english}"


def in_a_line(said: Sequence[str], **blanks: str) -> str:
    return both(said, **blanks).replace("\n\n", " · ")


def document(version: str, examples: Examples) -> dict[str, Any]:
    """The whole document; payloads and examples point to files beside it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": texts()["title"],
            "version": version,
            "description": "\n\n".join(map(both, texts()["description"])),
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": name, "description": in_a_line(said)} for name, said in texts()["tags"].items()],
        },
        "defaultContentType": JSON,
        "servers": {"bus": _server()},
        "channels": {**{key_of(message): _channel(message) for message in messages()}, **dict(_replies())},
        "operations": dict(_operations()),
        "components": {
            "messages": {**{key_of(m): _message(m, examples) for m in messages()}, **dict(_answers(examples))},
            "schemas": {name: envelope_of(name, texts()) for name in ENVELOPES},
            "parameters": {name: _parameter(name) for name in texts()["parameters"]},
            "securitySchemes": {"user": {"type": "userPassword", "description": in_a_line(texts()["user"])}},
        },
        "x-streams": [_stream(stream.name) for stream in STREAMS],
    }


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def _tags(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def _server() -> dict[str, Any]:
    return {
        "host": "{host}:{port}",
        "protocol": "nats",
        "title": "NATS",
        "description": both(texts()["server"]),
        "variables": {
            "host": {"default": "127.0.0.1", "description": in_a_line(texts()["host"])},
            "port": {"default": "4222", "description": in_a_line(texts()["port"])},
        },
        "security": [_ref("components", "securitySchemes", "user")],
        "bindings": {"nats": {}},
    }


def _tags_of(message: type[Message]) -> list[dict[str, str]]:
    service = message.parts()[0]
    if message is Refusal:
        return _tags("refusal")
    if issubclass(message, Intake):
        return _tags("intake", *(one for one in SERVICES if message in HEARS[one]))
    return _tags("command" if issubclass(message, Command) else "fact", EVERY if service == "*" else service)


def _title(message: type[Message]) -> str:
    """What it says, to the first pause, and its name in programs."""
    return f"{re.split('[，：；。（]', message_words(message.name))[0]} · {message.__name__}"


def _meaning(message: type[Message]) -> str:
    return both((message_words(message.name) + "。", inspect.cleandoc(message.__doc__ or "")))


def _who(message: type[Message]) -> Sequence[str]:
    of = texts()["who"]
    if issubclass(message, Command):
        found: Sequence[str] = of["operation" if message in (*OPERATIONS, *ACCESS) else "command"]
    else:
        found = of["intake" if issubclass(message, Intake) else "refuses" if message is Refusal else "tells"]
    return found


def _channel(message: type[Message]) -> dict[str, Any]:
    address = address_of(message)
    return {
        "address": address,
        "title": message.name,
        "summary": message_words(message.name),
        "description": both(_who(message)),
        "servers": [_ref("servers", "bus")],
        "messages": {key_of(message): _ref("components", "messages", key_of(message))},
        "parameters": _parameters(address),
        "tags": _tags_of(message),
        **({} if issubclass(message, Command) else {"x-stream": _stream_name(message)}),
    }


def _parameters(address: str) -> dict[str, Any]:
    return {name: _ref("components", "parameters", name) for name in parameters_in(address)}


def _parameter(name: str) -> dict[str, Any]:
    said, example = texts()["parameters"][name], texts()["examples"][name]
    known = {"enum": list(SERVICES)} if name == "service" else {"examples": [example]}
    return {"description": in_a_line(said), **known}


def _replies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Where the answers to each command go."""
    for command in commands():
        answers = (f"{key_of(command)}-answer", PROBLEM)
        yield (
            f"{key_of(command)}-reply",
            {
                "address": REPLIES,
                "title": in_a_line(texts()["answer"], name=command.name),
                "description": both(texts()["reply"]),
                "servers": [_ref("servers", "bus")],
                "messages": {name: _ref("components", "messages", name) for name in answers},
                "parameters": _parameters(REPLIES),
                "tags": _tags_of(command),
            },
        )


def _message(message: type[Message], examples: Examples) -> dict[str, Any]:
    envelope = "told" if issubclass(message, Fact) or message is Refusal else "sent"
    named = {"ce-type": {"const": message.type()}, "ce-dataschema": {"const": message.schema_urn()}}
    return {
        "name": message.name,
        "title": _title(message),
        "summary": message_words(message.name),
        "description": _meaning(message),
        "contentType": JSON,
        "headers": {
            "allOf": [
                _ref("components", "schemas", envelope),
                {"properties": named},
            ]
        },
        "payload": {"$ref": f"schemas/{file_name(message)}.json"},
        "examples": _examples(file_name(message), examples),
        "tags": _tags_of(message),
        "bindings": {"nats": {}},
        **({} if issubclass(message, Command) else {"x-stream": _stream_name(message)}),
    }


def _examples(name: str, examples: Examples) -> list[dict[str, Any]]:
    return [{"name": path.rpartition("/")[2], "payload": {"$ref": path}} for path in examples.get(name, ())[-1:]]


def _stream_name(message: type[Message]) -> str:
    return "REJECTED" if message is Refusal else stream_of(message)


def _case(examples: Examples) -> list[dict[str, Any]]:
    """A case as most commands answer it: the one of a fact that was recorded."""
    return [{**one, "payload": {"$ref": f"{one['payload']['$ref']}#/case"}} for one in _examples(_OF_A_CASE, examples)]


_OF_A_CASE = file_name(CaseVerified)


def _answers(examples: Examples) -> Iterator[tuple[str, dict[str, Any]]]:
    headers = {"headers": _ref("components", "schemas", "answered"), "tags": _tags("command"), "bindings": {"nats": {}}}
    for command in commands():
        said = texts()["answer"]
        answer = inspect.cleandoc(command.answer.__doc__ or "")
        yield (
            f"{key_of(command)}-answer",
            {
                "name": f"{command.name}.answer",
                "title": f"{in_a_line(said, name=command.name)}",
                "description": both((message_words(command.name) + "。", answer)),
                "contentType": JSON,
                "payload": {"$ref": f"schemas/{file_name(command)}.answer.json"},
                "examples": _case(examples) if command.answer is Case else [],
                **headers,
            },
        )
    yield (
        PROBLEM,
        {
            "name": PROBLEM,
            "title": in_a_line(texts()["problem"]),
            "description": both(("被拒绝的办理。", inspect.cleandoc(ProblemReply.__doc__ or ""))),
            "contentType": PROBLEM_JSON,
            "payload": {"$ref": f"schemas/{PROBLEM}.json"},
            **headers,
        },
    )


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for service in SERVICES:
        for fact in FACTS[service]:
            yield f"{service}-tells-{fact.parts()[1]}", _operation("send", service, "tells", fact)
        for heard in HEARS[service]:
            through = durable(service, heard).name
            about = {"description": both(texts()["durable"], durable=through), "x-durable": through}
            hears = _operation("receive", service, "hears", heard)
            yield f"{service}-hears-{'-'.join(heard.parts()[:2])}", hears | about
        if REFUSES[service]:
            yield f"{service}-refuses", _operation("send", service, "refuses", Refusal)
        yield from _answering(service, ANSWERS[service])
    yield from _answering(PROVISIONER, ACCESS)


def _answering(service: str, commands: Sequence[type[Command]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for command in commands:
        reply = ("channels", f"{key_of(command)}-reply")
        answers = [_ref(*reply, "messages", name) for name in (f"{key_of(command)}-answer", PROBLEM)]
        yield (
            f"{service}-answers-{command.parts()[1]}",
            {
                **_operation("receive", service, "answers", command),
                "reply": {"channel": _ref(*reply), "messages": answers},
                "bindings": {"nats": {"queue": service, "bindingVersion": "0.1.0"}},
            },
        )


def _operation(
    action: str, service: str, does: str, message: type[Fact | Intake | Refusal | Command]
) -> dict[str, Any]:
    channel = ("channels", key_of(message))
    return {
        "action": action,
        "title": f"{service}: {in_a_line(texts()['operations'][does], name=message.name)}",
        "summary": message_words(message.name),
        "channel": _ref(*channel),
        "messages": [_ref(*channel, "messages", key_of(message))],
        "tags": _tags(service),
        "bindings": {"nats": {}},
    }


def _stream(name: str) -> Mapping[str, Any]:
    stream = next(one for one in STREAMS if one.name == name)
    durables = [one for of_service in DURABLES.values() for one in of_service if one.stream == name]
    return {
        "name": stream.name,
        "subjects": list(stream.subjects),
        "keptForDays": stream.max_age_s / 86_400 if stream.max_age_s else "for ever",
        "duplicateWindowSeconds": stream.duplicate_window_s,
        "maxMessageBytes": stream.max_msg_bytes,
        "storePercent": stream.store_percent,
        "atItsBudget": "drops the oldest" if stream.drops_oldest else "takes nothing more",
        **({"lastOfEachSubject": True} if stream.max_msgs_per_subject == 1 else {}),
        "durables": [{"name": one.name, "filter": one.filter_subject} for one in durables],
    }
