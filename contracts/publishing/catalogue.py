"""The catalogue that an outsider reads: every message, and every part of one, in two languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from contracts.access import ACCESS, PROVISIONER
from contracts.every_service import OPERATIONS, DeadLettered
from contracts.language.intake import Refusal
from contracts.language.message import Command, Fact, Intake, Message
from contracts.language.terms import Of, terms
from contracts.publishing.schemas import facts, file_name, messages, types
from contracts.publishing.shapes import AS_SENT, Schema, name_of
from contracts.wiring.addresses import address_of
from contracts.wiring.streams import STREAMS, stream_of
from contracts.wiring.table import COMMANDS, FACTS, HEARS, KINDS, SERVICES, is_reference

_DAY_S = 86_400
_SAID_OF: dict[str, Of] = {
    "CaseKind": "kind",
    "IncidentKind": "kind",
    "Severity": "severity",
    "CaseState": "state",
    "Route": "route",
    "RelapseReason": "reason",
}
"""Enumerations whose words the office has a term for."""


def page() -> str:
    """`docs/events.md`."""
    lines = [files("contracts.publishing").joinpath("catalogue.md").read_text("utf-8").rstrip(), ""]
    lines += ["## 目录 · Contents", "", *(f"- [{title}](#{anchor})" for anchor, title in _CHAPTERS.items()), ""]
    lines += _chapter("facts")
    for service in SERVICES:
        lines += _facts(service, [fact for fact in FACTS[service] if not issubclass(fact, DeadLettered)])
    lines += _facts("dead letters", [fact for fact in facts() if issubclass(fact, DeadLettered)])
    lines += [*_chapter("intake"), *_table("上报 intake", map(_intake, KINDS))]
    lines += [*_chapter("refusals"), *_table("退回 refusal", [_row(Refusal, f"`{address_of(Refusal)}`")])]
    lines += _chapter("commands")
    for service, answered in (*COMMANDS.items(), ("*", OPERATIONS), (PROVISIONER, ACCESS)):
        if answered:
            lines += [f"### {service}", "", *_table("命令 command", map(_command, answered))]
    lines += [*_chapter("parts"), *_parts(), *_chapter("words"), *_enumerations(), *_chapter("values"), *_values()]
    return "\n".join(lines).rstrip() + "\n"


_CHAPTERS = {
    "facts": "事实 · Facts",
    "intake": "上报 · Intake",
    "refusals": "退回 · Refusals",
    "commands": "办理 · Commands",
    "parts": "各部分 · Parts",
    "words": "用词 · Words",
    "values": "值 · Values",
}


def _chapter(anchor: str) -> list[str]:
    return [f'<a id="{anchor}"></a>', "", f"## {_CHAPTERS[anchor]}", ""]


def _table(head: str, rows: Iterable[str]) -> list[str]:
    return [f"| {head} | 含义 meaning | 字段 fields |", "|---|---|---|", *rows, ""]


def _row(message: type[Message], *about: str, fields: Iterable[str] | None = None) -> str:
    said = [" ".join(_shape(message)["description"].split()), *about]
    listed = _fields(message) if fields is None else fields
    name = f'<a id="{message.name}"></a>[`{message.name}`](../contracts/published/payloads/{file_name(message)})'
    return f"| {name} | {'<br>'.join(said)} | {'<br>'.join(listed)} |"


def _facts(service: str, told: Iterable[type[Fact]]) -> Iterator[str]:
    """The facts of a service; what all of one stream and one order have in common stands once."""
    groups: dict[tuple[str, str], list[type[Fact]]] = {}
    for fact in told:
        groups.setdefault((stream_of(fact), fact.aggregate), []).append(fact)
    yield from (f"### {service}", "")
    for (stream, order), alike in groups.items():
        common = [field for field in _shape(alike[0])["properties"] if _in_all(field, alike)] if len(alike) > 1 else []
        yield f"流 stream `{stream}`，{_kept(stream)}；顺序 order `{order}`；主题 subject `{_subject(alike[0])}`。"
        if common:
            yield "每条都有 each has:<br>" + "<br>".join(_fields(alike[0], only=common))
        yield ""
        yield from _table("事实 fact", (_fact(fact, common) for fact in alike))


def _in_all(field: str, alike: Iterable[type[Fact]]) -> bool:
    stated = [_shape(fact)["properties"].get(field) for fact in alike]
    return all(one == stated[0] for one in stated)


def _kept(stream: str) -> str:
    found = next(one for one in STREAMS if one.name == stream)
    kept = f"{found.max_age_s / _DAY_S:g} 天 days" if found.max_age_s else "永久 for ever"
    last = "，每个主题只留最新一条 the last of each subject" if found.max_msgs_per_subject == 1 else ""
    return kept + last


def _subject(fact: type[Fact]) -> str:
    service, _, major = fact.parts()
    service = "<service>" if issubclass(fact, DeadLettered) else service
    return f"{service}.<fact>.{major}.{{区划}}" + (".{id}" if is_reference(fact) else "")


def _fact(fact: type[Fact], common: Iterable[str]) -> str:
    own = [field for field in _shape(fact)["properties"] if field not in common]
    heard = [service for service in SERVICES if fact in HEARS[service]]
    where = [f"主题里的区划 division of its subject: `{fact.place}`"] if fact.place not in _USUAL else []
    by = [f"听它的服务 services that hear it: {', '.join(heard)}"] if heard else []
    return _row(fact, *where, *by, fields=_fields(fact, only=own))


_USUAL = ("case.ref.division", "division")


def _intake(kind: type[Intake]) -> str:
    _, word, major = kind.parts()
    return _row(kind, f"主题 subject `{address_of(kind)}`，退回 refusals `rejected.{{source}}.{word}.{major}`")


def _command(command: type[Command]) -> str:
    answer = command.answer.__name__
    return _row(command, f"答复 answer: [{answer}](#{answer})")


def _shape(message: type[Message]) -> Schema:
    return types()[message.__name__]


def _fields(message: type[Message], only: Iterable[str] | None = None) -> list[str]:
    shape, optional = _shape(message), isinstance(message, type) and issubclass(message, Intake | Command)
    needed = shape.get("required", ())
    return [
        f"`{field}`{' ?' if optional and field not in needed else ''} {kind_of(stated)}: {_cell(stated['description'])}"
        for field, stated in shape.get("properties", {}).items()
        if only is None or field in only
    ]


def kind_of(stated: Mapping[str, Any]) -> str:
    """A type in words, the parts linked."""
    if "$ref" in stated:
        name = name_of(stated["$ref"]).removesuffix(AS_SENT)
        return f"[{name}](#{name})"
    if "allOf" in stated:
        return kind_of(stated["allOf"][0])
    if "anyOf" in stated:
        return " / ".join(dict.fromkeys(kind_of(one) for one in stated["anyOf"]))
    if "const" in stated:
        return f"`{stated['const']}`"
    kind = str(stated.get("type", "any"))
    if kind == "array":
        return f"list of {kind_of(stated['items'])}"
    if isinstance(stated.get("additionalProperties"), Mapping):
        return f"object of {kind_of(stated['additionalProperties'])}"
    return str(stated.get("format", kind))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _shared() -> dict[str, Schema]:
    """Every part that messages share, told or else sent, by its name without regard to which."""
    alone = {message.__name__ for message in messages()}
    return {
        name: shape
        for name, shape in types().items()
        if name not in alone and not (name.endswith(AS_SENT) and name.removesuffix(AS_SENT) in types())
    }


def _parts() -> Iterator[str]:
    for name, shape in _shared().items():
        if "properties" not in shape:
            continue
        yield from (f'<a id="{name}"></a>', "", f"### {name}", "", *_about(shape))
        sent = types().get(name + AS_SENT, shape if shape.get("additionalProperties") is False else None)
        optional = set(sent["properties"]) - set(sent.get("required", ())) if sent else set()
        yield from ("| 字段 field | 类型 type | 含义 meaning |", "|---|---|---|")
        for field, stated in shape["properties"].items():
            mark = " ?" if field in optional else ""
            yield f"| `{field}`{mark} | {kind_of(stated)} | {_cell(stated['description'])} |"
        yield ""


def _about(shape: Schema) -> list[str]:
    return [" ".join(shape["description"].split()), ""] if "description" in shape else []


def _enumerations() -> Iterator[str]:
    yield from ("| 名称 name | 词 words |", "|---|---|")
    for name, shape in _shared().items():
        if words := _words(shape):
            said = terms(_SAID_OF[name]) if name in _SAID_OF else {}
            listed = ", ".join(f"`{word}`" + (f" {said[word]}" if word in said else "") for word in words)
            yield f'| <a id="{name}"></a>{name} | {listed} |'
    yield ""


def _words(shape: Schema) -> list[str]:
    found: list[str] = shape.get("enum") or next((one["enum"] for one in shape.get("anyOf", ()) if "enum" in one), [])
    return found


def _values() -> Iterator[str]:
    yield from ("| 名称 name | 形式 form |", "|---|---|")
    for name, shape in _shared().items():
        if "properties" not in shape and not _words(shape):
            yield f'| <a id="{name}"></a>{name} | {_form(shape)} |'
    yield ""


def _form(shape: Schema) -> str:
    said = [kind_of(shape)]
    said += [f"{word} {shape[word]}" for word in _BOUNDS if word in shape]
    said += [f"`{_cell(shape['pattern'])}`"] if "pattern" in shape and len(shape["pattern"]) < _LONG else []
    said += [f"e.g. `{one}`" for one in shape.get("examples", ())]
    return ", ".join(said)


_BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
_LONG = 60
