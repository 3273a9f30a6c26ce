"""The catalogue that a department reads: every message in two languages, with a real example."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from contracts.cases import CaseOpened
from contracts.language.intake import Refusal
from contracts.language.message import Command, Fact, Intake, Message
from contracts.publishing.asyncapi import address_of
from contracts.publishing.schemas import commands, facts, file_name, schema_of
from contracts.wiring.streams import STREAMS, stream_of
from contracts.wiring.table import HEARS, KINDS, SERVICES, is_reference

Words = Mapping[str, Any]
DAY_S = 86_400
_CASE = "Case"
"""So many messages carry a whole case that it has a chapter of its own."""


def words() -> Words:
    """What messages mean in Chinese, and what fields mean in both languages."""
    found: Words = json.loads(files("contracts.publishing").joinpath("words.json").read_text("utf-8"))
    return found


def page(payloads: Mapping[str, Any]) -> str:
    """`docs/events.md`; `payloads` has one recorded payload for each message's file name."""
    said = words()
    lines = [
        "# 事件目录 · Events",
        "",
        "本页由 `contracts/` 生成（`make publish`）。This page is generated from `contracts/`.",
        "",
        "- 每条消息是 CloudEvents 1.0 二进制模式：属性在 `ce-…` 头里，正文只有 JSON。"
        "Every message is CloudEvents 1.0 in binary mode: attributes in `ce-…` headers, the body is the JSON alone.",
        "- 主题末尾五段是 12 位区划代码：`36.02.22.104.201`；一个县写作 `36.02.22.>`。"
        "The last five tokens of a subject are the 12-digit division code; a county is `36.02.22.>`.",
        "- 同一聚合（`ce-partitionkey`）内按 `ce-sequence` 有序；至少送达一次，按 `ce-id` 去重。"
        "Order is kept within a `ce-partitionkey` by `ce-sequence`; delivery is at least once, deduplicate by `ce-id`.",
        "- 未知字段请忽略；未知枚举值按 `other` 理解。Ignore unknown fields; take unknown words as `other`.",
        "",
        "## 目录 · Contents",
        "",
        *(f"- [{title}](#{anchor})" for title, anchor in _CHAPTERS),
        "",
        '<a id="facts"></a>',
        "",
        "## 事实 · Facts",
        "",
    ]
    for fact in facts():
        lines += [*_fact(fact, said), *_body(fact, said, payloads)]
    lines += ['<a id="case"></a>', "", "## 问题 · A case", "", *_case(said, payloads)]
    lines += ['<a id="intake"></a>', "", "## 上报 · Intake", ""]
    for kind in KINDS:
        lines += [*_intake(kind, said), *_body(kind, said, payloads)]
    lines += ['<a id="refusals"></a>', "", "## 退回 · Refusals", ""]
    lines += [*_heading(Refusal, said), *_body(Refusal, said, payloads)]
    lines += ['<a id="commands"></a>', "", "## 办理 · Commands", ""]
    for command in commands():
        lines += [*_command(command, said), *_body(command, said, payloads)]
    return "\n".join(lines).rstrip() + "\n"


_CHAPTERS = (
    ("事实 · Facts", "facts"),
    ("问题 · A case", "case"),
    ("上报 · Intake", "intake"),
    ("退回 · Refusals", "refusals"),
    ("办理 · Commands", "commands"),
)


def _heading(message: type[Message], said: Words) -> list[str]:
    meaning = " ".join(inspect.cleandoc(message.__doc__ or "").split())
    return [f"### `{message.name}`", "", said["messages"][message.name] + "。", "", meaning, ""]


def _fact(fact: type[Fact], said: Words) -> list[str]:
    hears = [service for service in SERVICES if fact in HEARS[service]]
    hears.append("部门凭专设的消费者 departments by a durable of their own")
    stream = next(one for one in STREAMS if one.name == stream_of(fact))
    kept = f"{stream.max_age_s / DAY_S:g} 天 days" if stream.max_age_s else "永久 for ever"
    last = "（每个主题只留最新一条 the last of each subject）" if is_reference(fact) else ""
    county = f"{fact.name}.36.02.22.>"
    return [
        *_heading(fact, said),
        "| | |",
        "|---|---|",
        f"| 主题 subject | `{address_of(fact)}` |",
        f"| 一个县 one county | `{county}` |",
        f"| 流 stream | `{stream.name}`，{kept}{last} |",
        f"| 顺序 order | `{fact.aggregate}` |",
        f"| 谁可以听 who may hear it | {', '.join(hears)} |",
        "",
    ]


def _intake(kind: type[Intake], said: Words) -> list[str]:
    return [
        *_heading(kind, said),
        "| | |",
        "|---|---|",
        f"| 主题 subject | `{address_of(kind)}` |",
        f"| 退回 refusals | `rejected.<source>.{kind.parts()[1]}.{kind.parts()[2]}` |",
        f"| 类型 `ce-type` | `{kind.type()}` |",
        "",
    ]


def _command(command: type[Command], said: Words) -> list[str]:
    return [
        *_heading(command, said),
        "| | |",
        "|---|---|",
        f"| 主题 subject | `{address_of(command)}` |",
        f"| 答复 answer | `{command.answer.__name__}`，或 RFC 9457 问题 or a problem |",
        "",
    ]


def _case(said: Words, payloads: Mapping[str, Any]) -> list[str]:
    """What every fact of cases carries, once."""
    schema = schema_of(CaseOpened, CaseOpened.name)["$defs"][_CASE]
    rows = _rows(schema, schema_of(CaseOpened, CaseOpened.name), "", said, ())
    example = json.dumps(payloads[file_name(CaseOpened)]["case"], ensure_ascii=False, indent=2)
    return ["| 字段 field | 类型 type | 含义 meaning |", "|---|---|---|", *rows, "", "```json", example, "```", ""]


def _shortened(example: Any) -> Any:
    """An example in which a case is only named: its fields stand in the chapter about it."""
    if isinstance(example, list):
        return [_shortened(one) for one in example]
    if not isinstance(example, dict):
        return example
    if "ref" in example and "answerable" in example:
        return {"ref": example["ref"], "state": example["state"], "…": "#case"}
    return {field: _shortened(stated) for field, stated in example.items()}


def _body(message: type[Message], said: Words, payloads: Mapping[str, Any]) -> list[str]:
    schema = schema_of(message, message.name)
    rows = list(_rows(schema, schema, "", said, ()))
    table = ["| 字段 field | 类型 type | 含义 meaning |", "|---|---|---|", *rows, ""] if rows else []
    example = payloads.get(file_name(message))
    if example is None:
        return table
    return [*table, "```json", json.dumps(_shortened(example), ensure_ascii=False, indent=2), "```", ""]


def _rows(
    schema: Mapping[str, Any], root: Mapping[str, Any], path: str, said: Words, above: tuple[str, ...]
) -> Iterator[str]:
    required = schema.get("required", ())
    for field, stated in schema.get("properties", {}).items():
        chinese, english = said["fields"][field]
        kind, inner = _kind(stated, root)
        optional = "" if field in required else " ?"
        more = stated.get("description")
        meaning = f"{chinese} · {english}" + (f" ({more})" if more and more not in english else "")
        if inner is not None and inner["title"] == _CASE:
            kind, inner = kind.replace("object", "[case](#case)"), None
        yield f"| `{path}{field}` | {kind}{optional} | {meaning} |"
        if inner is not None and inner["title"] not in above:
            yield from _rows(inner, root, f"{path}{field}.", said, (*above, inner["title"]))


def _kind(stated: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    """A type in words, and the object within it whose fields are to be shown."""
    if "$ref" in stated:
        return _kind(root["$defs"][stated["$ref"].rpartition("/")[2]], root)
    if "anyOf" in stated and "type" not in stated:
        found = [_kind(one, root) for one in stated["anyOf"]]
        inner = next((one for _, one in found if one is not None), None)
        return " or ".join(dict.fromkeys(word for word, _ in found)), inner
    if "enum" in stated:
        return "one of: " + ", ".join(stated["enum"]), None
    kind = str(stated.get("type", "any"))
    if kind == "array":
        word, inner = _kind(stated.get("items") or stated.get("prefixItems", [{}])[0], root)
        return f"list of {word}", inner
    if "properties" in stated:
        return "object", stated
    return stated.get("format", kind), None
