"""The AsyncAPI 3 document: channels, messages, operations, and the streams behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.language.intake import Refusal
from contracts.language.message import JSON, Command, Fact, Intake, Message, ReferenceFact
from contracts.publishing.schemas import commands, file_name, messages
from contracts.wiring.streams import DURABLES, STREAMS, stream_of
from contracts.wiring.table import ANSWERS, FACTS, HEARS, REFUSES, SERVICES

_DIVISION = ("province", "city", "county", "town", "village")
_WIDTHS = (2, 2, 2, 3, 3)
_WORDS = {
    "source": "the integrator's token, as its account has it",
    "actor": "the account of who asks",
    "service": "one of " + ", ".join(SERVICES),
    "kind": "the kind of what was posted",
    "major": "its major version",
    "id": "the id of the thing",
}


def parameters_of(address: str) -> dict[str, dict[str, str]]:
    """What the braces of an address stand for."""
    found = {}
    for token in address.split("."):
        if not token.startswith("{"):
            continue
        name = token.strip("{}")
        if name in _DIVISION:
            at = _DIVISION.index(name)
            found[name] = {"description": f"digits of the division code: {_WIDTHS[at]}; all 0 for the whole above it"}
        else:
            found[name] = {"description": _WORDS[name]}
    return found


def address_of(message: type[Message]) -> str:
    """The subject of a message, with its parameters in braces."""
    service, word, major = message.parts()
    division = ".".join(f"{{{part}}}" for part in _DIVISION)
    if message is Refusal:
        return "rejected.{source}.{kind}.{major}"
    if issubclass(message, Command):
        return f"cmd.{'{service}' if service == '*' else service}.{word}.{major}.{{actor}}.{division}"
    if issubclass(message, Intake):
        return f"track.{major}.{{source}}" if message.family == "track" else f"intake.{{source}}.{word}.{major}"
    return f"{message.name}.{division}" + (".{id}" if issubclass(message, ReferenceFact) else "")


def key_of(message: type[Message]) -> str:
    """The name of a message among the document's components; commands stand beside facts of the same words."""
    prefix = "command-" if issubclass(message, Command) else ""
    return prefix + file_name(message).replace(".", "-")


def document(version: str) -> dict[str, Any]:
    """The whole document; payloads point to the schema files beside it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "linzhang 林长",
            "version": version,
            "description": "What the services of the forest chief system say on the bus, and what may be said to them. "
            "Outsiders reach JetStream as FOREST.API and read through durables made for them.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": JSON,
        "channels": {key_of(message): _channel(message) for message in messages()},
        "operations": dict(_operations()),
        "components": {
            "messages": {**{key_of(m): _message(m) for m in messages()}, **dict(_answers())},
            "schemas": {"CloudEvent": _headers()},
        },
        "x-streams": [_stream(stream.name) for stream in STREAMS],
    }


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def _channel(message: type[Message]) -> dict[str, Any]:
    address = address_of(message)
    inside = {key_of(message): _ref("components", "messages", key_of(message))}
    if issubclass(message, Command):
        inside["answer"] = _ref("components", "messages", key_of(message) + "-answer")
        inside["problem"] = _ref("components", "messages", "problem")
    return {"address": address, "messages": inside, "parameters": parameters_of(address)}


def _message(message: type[Message]) -> dict[str, Any]:
    return {
        "name": message.name,
        "summary": (message.__doc__ or "").strip().split("\n")[0],
        "contentType": JSON,
        "headers": _ref("components", "schemas", "CloudEvent"),
        "payload": {"$ref": f"schemas/{file_name(message)}.json"},
        "x-type": message.type(),
        **({} if issubclass(message, Command) else {"x-stream": _stream_name(message)}),
    }


def _stream_name(message: type[Message]) -> str:
    return "REJECTED" if message is Refusal else stream_of(message)


def _answers() -> Iterator[tuple[str, dict[str, Any]]]:
    for command in commands():
        payload = {"$ref": f"schemas/{file_name(command)}.answer.json"}
        yield f"{key_of(command)}-answer", {"name": f"{command.name}.answer", "contentType": JSON, "payload": payload}
    problem = {
        "name": "problem",
        "contentType": "application/problem+json",
        "payload": {"$ref": "schemas/problem.json"},
    }
    yield "problem", {**problem, "summary": "A refused command, as RFC 9457 problem details."}


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for service in SERVICES:
        for fact in FACTS[service]:
            yield f"{service}-tells-{fact.parts()[1]}", _operation("send", fact)
        for heard in HEARS[service]:
            yield f"{service}-hears-{'-'.join(heard.parts()[:2])}", _operation("receive", heard)
        if REFUSES[service]:
            yield f"{service}-refuses", _operation("send", Refusal)
        for command in ANSWERS[service]:
            operation = _operation("receive", command)
            messages_ = [_ref("channels", key_of(command), "messages", word) for word in ("answer", "problem")]
            reply = {"channel": _ref("channels", key_of(command)), "messages": messages_}
            yield f"{service}-answers-{command.parts()[1]}", {**operation, "reply": reply}


def _operation(action: str, message: type[Fact | Intake | Refusal | Command]) -> dict[str, Any]:
    channel = ("channels", key_of(message))
    return {"action": action, "channel": _ref(*channel), "messages": [_ref(*channel, "messages", key_of(message))]}


def _headers() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "CloudEvents 1.0, binary mode: values percent-encoded, names in any case.",
        "required": ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time"],
        "properties": {
            "ce-specversion": {"const": "1.0"},
            "ce-id": {**text, "maxLength": 256, "description": "unique for its source; also Nats-Msg-Id"},
            "ce-source": {**text, "description": "the service, or the source or actor of the subject"},
            "ce-type": {**text, "description": "cn.linzhang.<service>.<word>.v<major>"},
            "ce-time": {**text, "format": "date-time"},
            "ce-dataschema": {**text, "description": "urn:linzhang:…"},
            "ce-partitionkey": {**text, "description": "what order is kept by"},
            "ce-sequence": {**text, "pattern": "^[0-9]{1,20}$", "description": "counts within the partition key"},
            "ce-correlationid": {**text, "description": "shared by all that follows from one first message"},
            "ce-causationid": {**text, "description": "the id of the message that this one answers"},
            "ce-traceparent": {**text, "description": "W3C Trace Context"},
            "Nats-Msg-Id": {**text, "description": "the same as ce-id"},
            "content-type": {"const": JSON},
        },
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
