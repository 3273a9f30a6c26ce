"""What people call the codes of a case, in Chinese and English: the field's terms, for all services and documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Of = Literal["kind", "severity", "state", "route", "reason", "finding", "finding_state", "register", "rung"]
Language = Literal["zh-CN", "en"]


@cache
def terms(of: Of, language: Language = "zh-CN") -> Mapping[str, str]:
    """The terms of all codes of one sort."""
    return {code: said[0 if language == "zh-CN" else 1] for code, said in _all()[of].items()}


def term(of: Of, code: str, language: Language = "zh-CN") -> str:
    """What a code is called; one that has no term is shown as it is."""
    return terms(of, language).get(code, code)


@cache
def _all() -> dict[str, dict[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = _stated("language/terms.json")
    found["kind"] |= {kind: entry["words"] for kind, entry in _stated("patrol/kinds.json")["kinds"].items()}
    return found


def _stated(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("contracts").joinpath(name).read_text("utf-8"))
    return found
