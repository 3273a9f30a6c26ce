"""The rules that a contract or a service has, in the language chosen, with the field that breaks one and its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from cli.say import language_is_chinese, office_words, talk_line, word
from contracts.language.command import ProblemReply
from contracts.language.rules import broken, can_say, describe, in_words
from contracts.publishing.words import words, words_at

_FIELD, _RULE, _CODE = "field", "rule", "code"


def field_and_rule(error: Mapping[str, Any]) -> tuple[str, str]:
    """One error of pydantic as the field and the rule that it breaks."""
    wrong = describe(error)
    return wrong["field"], rule_said(wrong["rule"], wrong["rule"].code, wrong["rule"].figures)


def stated(code: str, **figures: object) -> str:
    """A rule of the list in the language chosen."""
    rule = broken(code, **figures)
    return rule_said(rule, code, rule.figures)


def rule_said(english: str, code: str | None, figures: Mapping[str, str]) -> str:
    """A rule that others have stated: in Chinese with its code; as they said it where that is not known here."""
    if not language_is_chinese() or code is None or not can_say(code, figures):
        return english
    return f"{in_words(code, {name: _figure(name, one) for name, one in figures.items()}, 'zh-CN')}（{code}）"


def error_said(error: Mapping[str, str]) -> tuple[str, str]:
    """One of the errors of a problem: its figures stand beside its code."""
    figures = {name: one for name, one in error.items() if name not in (_FIELD, _RULE, _CODE)}
    return error.get(_FIELD, ""), rule_said(error.get(_RULE, ""), error.get(_CODE), figures)


def whole_said(problem: ProblemReply) -> str:
    """The rule that the whole of a command broke."""
    return rule_said(problem.detail or problem.title, problem.code, problem.figures)


def problem_said(problem: ProblemReply, field: str) -> list[tuple[str, str]]:
    """Each field and the rule that it breaks; of a problem that names none, that of the whole under `field`."""
    return [error_said(error) for error in problem.errors] or [(field, whole_said(problem))]


def _figure(name: str, figure: str) -> str:
    """Codes that the office has words for, by the last word of a figure's name."""
    of = name.rpartition("_")[2]
    return "、".join(word(of, code) for code in figure.split(", ")) if of in office_words() else figure


def named(field: str, of: type[BaseModel] | None) -> str:
    """A field as people know it in a message, with the name that programs use."""
    found = words_at(of, field) if of is not None else words()["fields"].get(field.rpartition(".")[2])
    return f"{found[0]}（{field}）" if language_is_chinese() and found else field


def said(field: str, rule: str, of: type[BaseModel] | None = None) -> str:
    return f"{named(field, of)}: {rule}"


def say_wrong(*wrong: tuple[str, str], of: type[BaseModel] | None = None) -> None:
    """Each field of a message and its rule in a line of its own, on stderr."""
    for field, rule in wrong:
        talk_line(said(field, rule, of))
