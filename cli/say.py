"""Says things in Chinese or English: data on stdout, talk on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text


def language(environment: Mapping[str, str]) -> str:
    """`en` where the locale states a language other than Chinese; Chinese otherwise."""
    stated = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    word = stated.partition(".")[0].partition("_")[0].lower()
    return "zh-CN" if word in ("", "c", "posix", "zh") else "en"


def language_is_chinese() -> bool:
    return language(os.environ) == "zh-CN"


@cache
def texts(of_language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(files("cli").joinpath(f"text.{of_language}.json").read_text("utf-8"))
    return found


def say(key: str, **about: Any) -> str:
    """A text in the language of the locale, with its blanks filled in."""
    return texts(language(os.environ))[key].format(**about)


def said_state(state: str) -> str:
    """A state of a case in the language of the locale, with the word that options take."""
    said = texts(language(os.environ)).get(f"state.{state}", state)
    return said if said == state else f"{said}（{state}）"


def talk(key: str, **about: Any) -> None:
    """One line for the person, on stderr."""
    print(say(key, **about), file=sys.stderr, flush=True)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(part) for part in value]
    return value


def data(value: Any) -> None:
    """Data on stdout, as JSON: one line for a pipe, indented for a person."""
    indent = 2 if sys.stdout.isatty() else None
    print(json.dumps(plain(value), ensure_ascii=False, indent=indent, default=str), flush=True)


def table(
    title: str | None, heads: Iterable[str], rows: Iterable[Iterable[Any]], console: Console | None = None
) -> None:
    """A table on stdout; what is in it is only text, never markup; numbers stand on the right."""
    shown = Table(title=title, title_justify="left", title_style="bold")
    lines = [list(row) for row in rows]
    for at, head in enumerate(heads):
        numbers = bool(lines) and all(isinstance(line[at], int | float) for line in lines)
        shown.add_column(head, justify="right" if numbers else "left", overflow="fold")
    for line in lines:
        shown.add_row(*(Text("" if cell is None else str(cell)) for cell in line))
    (console or Console(width=None if sys.stdout.isatty() else 160)).print(shown)
