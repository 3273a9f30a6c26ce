"""The rules that messages, settings and commands are refused by: a stable code each, in Chinese and English words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Self, TypedDict

from pydantic_core import PydanticCustomError

from contracts.language.terms import Language

PARTIES = "by_"
"""What begins with it is no rule but who may do something; a figure may be one."""
_UNKNOWN = "not_as_contract"
_BLANK = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile(r"'([^']*)'")


class Rule(str):
    """A rule that is broken, in English, with its code in `rules.json` and the figures that stand in it."""

    code: str
    figures: Mapping[str, str]

    def __new__(cls, code: str, figures: Mapping[str, str]) -> Self:
        made = super().__new__(cls, in_words(code, figures, "en"))
        made.code, made.figures = code, figures
        return made


class Wrong(TypedDict):
    """A field by its dotted path, and the rule that it breaks."""

    field: str
    rule: Rule


def broken(code: str, **figures: object) -> Rule:
    """A rule of the list with its figures. Raises KeyError for a code or a figure that it does not have."""
    return Rule(code, {name: str(figure) for name, figure in figures.items()})


def is_known(code: str) -> bool:
    """Whether a code stands in the list."""
    return code in _all()


def can_say(code: str, figures: Mapping[str, str]) -> bool:
    """Whether the list has the code, and the figures that its words need: another version may tell of others."""
    return is_known(code) and set(_BLANK.findall("".join(_all()[code]))) <= figures.keys()


def in_words(code: str, figures: Mapping[str, str], language: Language) -> str:
    """A rule of the list in a language; who a figure says may do something is in it too."""
    own = {name: _party(said, language) for name, said in figures.items()}
    return template(code, language).format(**own)


def template(code: str, language: Language) -> str:
    """The words of a rule, with blanks for its figures."""
    return _all()[code][0 if language == "zh-CN" else 1]


def custom(code: str, **figures: Any) -> PydanticCustomError:
    """A rule of ours as an error for pydantic to carry."""
    return PydanticCustomError(code, template(code, "en"), figures)


def describe(error: Mapping[str, Any]) -> Wrong:
    """One error of pydantic as the field and the rule that it breaks, in words of our own."""
    field = ".".join(map(str, error["loc"])) or "body"
    return {"field": field, "rule": _rule(error)}


def _rule(error: Mapping[str, Any]) -> Rule:
    about = dict(error.get("ctx") or {})
    raised = about.get("error")
    if isinstance(raised, Exception) and raised.args and isinstance(raised.args[0], Rule):
        return raised.args[0]
    if about.get("pattern") == NO_NUL:
        return broken("no_nul")
    code = error["type"]
    blanks = _BLANK.findall(template(code, "en")) if is_known(code) else []
    if not is_known(code) or not about.keys() >= set(blanks):
        return broken(_UNKNOWN, type=code)
    return broken(code, **{name: _figure(name, about[name]) for name in blanks})


def _figure(name: str, figure: Any) -> Any:
    """A whole number without a point; what pydantic joins as `'a', 'b' or 'c'` as a list."""
    if name.startswith("expected"):
        return ", ".join(_QUOTED.findall(figure))
    return int(figure) if isinstance(figure, float) and figure.is_integer() else figure


def _party(figure: str, language: Language) -> str:
    return template(figure, language) if figure.startswith(PARTIES) and is_known(figure) else figure


@cache
def _all() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = json.loads(
        files("contracts.language").joinpath("rules.json").read_text("utf-8")
    )
    return found


NO_NUL = r"^[^\x00]*$"
"""The pattern of any Unicode but NUL, which PostgreSQL's texts do not take."""
