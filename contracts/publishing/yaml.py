"""Writes plain values as YAML, so that publishing needs no library: what fits on a line is JSON, which YAML holds."""

from __future__ import annotations

import json
import re
from typing import Any

WIDTH = 120
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_NOT_PLAIN = ("on", "off", "yes", "no", "y", "n", "true", "false", "null")


def to_yaml(value: Any, indent: int = 0) -> str:
    """Block style for what does not fit on a line."""
    return "".join(f"{line}\n" for line in _lines(value, indent))


def _lines(value: Any, indent: int) -> list[str]:
    pad = "  " * indent
    found: list[str] = []
    if isinstance(value, dict):
        for key, part in value.items():
            found += _entry(f"{pad}{_key(key)}:", part, indent + 1)
    else:
        for part in value:
            nested = _lines(part, indent + 1) if _holds(part) else [f"{pad}  {_scalar(part)}"]
            found += [f"{pad}- {nested[0].lstrip()}", *nested[1:]]
    return found


def _entry(head: str, part: Any, indent: int) -> list[str]:
    flat = f"{head} {_scalar(part)}"
    return [head, *_lines(part, indent)] if _holds(part) and len(flat) > WIDTH else [flat]


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list | tuple) and bool(value)


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if _PLAIN_KEY.match(key) and key.lower() not in _NOT_PLAIN else json.dumps(key, ensure_ascii=False)
