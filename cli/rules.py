"""The rules that a contract has for its fields, in words of our own; those of others as they say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.say import language_is_chinese, say, talk_line, texts
from contracts.catalogue import words
from contracts.event import describe
from contracts.values import NO_NUL


def field_and_rule(error: Mapping[str, Any]) -> tuple[str, str]:
    """One error of pydantic as the field and the rule that it breaks."""
    described = describe(error)
    return described["field"], _rule(error) or described["rule"]


def _rule(error: Mapping[str, Any]) -> str | None:
    about = dict(error.get("ctx") or {})
    if about.get("pattern") == NO_NUL:
        return say("rule.no_nul")
    key = f"rule.{error['type']}"
    if key not in texts("en"):
        return None
    about.pop("error", None)
    return say(key, **about)


def named(field: str) -> str:
    """A field as people know it, with the name that programs use."""
    known: dict[str, list[str]] = words()["fields"]
    last = field.rpartition(".")[2]
    return f"{known[last][0]}（{field}）" if language_is_chinese() and last in known else field


def said(field: str, rule: str) -> str:
    return f"{named(field)}: {rule}"


def say_wrong(*wrong: tuple[str, str]) -> None:
    """Each field and its rule in a line of its own, on stderr."""
    for field, rule in wrong:
        talk_line(said(field, rule))
