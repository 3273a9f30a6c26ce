"""Says things in Chinese or English: data on stdout, talk on stderr, and nothing that would move a terminal."""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import IO, Any, get_args

from pydantic import BaseModel
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.language.terms import Of, terms

CHINESE, ENGLISH = "zh-CN", "en"
PIPE_CLOSED = 141
"""What a shell says of a command whose reader went away: 128 and SIGPIPE."""
_PIPED_COLUMNS = 160
_READABLE = 10
"""Columns of a terminal that a text needs at least, to be read as a column."""
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Controls, formats (directions, zero widths), surrogates, separators of lines and paragraphs."""
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"
"""Letters, marks and signs that nobody sees."""
_NOT_PLAIN = re.compile(r"[^ -~\u4e00-\u9fff，。：；、（）]")
_UNSEEN = re.compile(rf"(?<=[\x00-\x7f])[\ufe00-\ufe0f\U000e0100-\U000e01ef]|[{_BLANK}]")
"""The same, and what chooses a variant of a letter that has none."""
_CODE = re.compile(r"[!-~]{1,40}")


class Lines(str):
    """Text of several lines: it is shown over as many."""

    __slots__ = ()


def language(environment: Mapping[str, str]) -> str:
    """What LINZHANG_LANG says, else the locale: `en` where it names a language other than Chinese."""
    names = ("LINZHANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    stated = next((environment[name] for name in names if environment.get(name)), "")
    word = re.split("[._@-]", stated, maxsplit=1)[0].lower()
    return CHINESE if word in ("", "c", "posix", "zh") else ENGLISH


def language_is_chinese() -> bool:
    return language(os.environ) == CHINESE


@cache
def texts(of_language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(files("cli").joinpath(f"text.{of_language}.json").read_text("utf-8"))
    return found


@cache
def office_words() -> dict[str, dict[str, str]]:
    """The office's Chinese words for codes, by what they are codes of."""
    own: dict[str, dict[str, str]] = json.loads(files("cli.ledger").joinpath("ledger_words.json").read_text("utf-8"))
    return {**own, **{of: dict(terms(of)) for of in get_args(Of)}}


def say(key: str, **about: Any) -> str:
    """A text in the language chosen, with its blanks filled in; what is filled in is shown escaped."""
    return texts(language(os.environ))[key].format(**{name: _seen(value) for name, value in about.items()})


def word(of: str, code: str) -> str:
    """A code as people read it: in Chinese the office's word with the code beside it."""
    known = office_words()[of].get(code) if language_is_chinese() else None
    return f"{known}（{code}）" if known else code


def either(chinese: str, english: str) -> str:
    """What is stated in both languages, in the one chosen."""
    return chinese if language_is_chinese() else english


def shown(text: str) -> str:
    """Text of others as a terminal may have it: what would move, hide or turn anything is shown as an escape."""
    return _NOT_PLAIN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if unicodedata.category(character) not in _HIDDEN and not _UNSEEN.match(found.string, found.start()):
        return character
    return _ESCAPES.get(character) or _by_number(ord(character))


_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _by_number(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_unicode(text: str) -> bool:
    """Whether text is one, and not bytes that could not be read as such."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def shown_lines(text: str) -> str:
    """The same for text of several lines that are our own."""
    return "\n".join(map(shown, text.split("\n")))


_ADDRESS = re.compile(r"(?i)([a-z][a-z0-9+.-]*:/+[^:@/]*):.*@")
"""An address with a password where the name of a file was meant."""


def _seen(value: Any) -> Any:
    if isinstance(value, Lines):
        return shown_lines(value)
    if isinstance(value, PurePath):
        return shown(_ADDRESS.sub(r"\1:***@", str(value)))
    return shown(str(value)) if isinstance(value, str | bytes | BaseException) else value


def _write(stream: IO[str], text: str) -> None:
    """Write to the terminal or whoever reads; who has enough ends the command quietly."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # What is still in the buffer would be flushed, and complained of, when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise SystemExit(PIPE_CLOSED) from None


def line(text: str) -> None:
    """One line of data on stdout, whatever it holds."""
    _write(sys.stdout, shown(text) + "\n")


def talk(key: str, **about: Any) -> None:
    """What a text says, on stderr."""
    _write(sys.stderr, say(key, **about) + "\n")


def talk_line(text: str) -> None:
    """One line for the person, on stderr, whatever it holds."""
    _write(sys.stderr, shown(text) + "\n")


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
    said = json.dumps(plain(value), ensure_ascii=False, indent=indent, default=str)
    _write(sys.stdout, _NOT_PLAIN.sub(_json_escaped, said) + "\n")


def _json_escaped(found: re.Match[str]) -> str:
    """The same value in JSON's own escapes; a line break outside of texts, which have none, stays."""
    if found[0] == "\n" or _escaped(found) == found[0]:
        return found[0]
    return json.dumps(found[0])[1:-1]


def table(
    title: str | None, heads: Iterable[str], rows: Iterable[Iterable[Any]], console: Console | None = None
) -> None:
    """A table on stdout; what is in it is only text, never markup; codes are never broken, numbers stand on the right.

    Where the terminal is too narrow for it, each row is shown as a list.
    """
    names = [shown(head) for head in heads]
    cells = [["" if cell is None else cell for cell in row] for row in rows]
    on = console or Console(width=None if sys.stdout.isatty() else _PIPED_COLUMNS)
    made = Table(title=title, title_justify="left", title_style="bold")
    for at, name in enumerate(names):
        column = [row[at] for row in cells]
        numbers = bool(cells) and all(isinstance(cell, int | float) for cell in column)
        codes = any(column) and all(_CODE.fullmatch(str(cell)) for cell in column if cell != "")
        widest = max(cell_len(shown(str(cell))) for cell in (name, *column))
        least = widest if numbers or codes else min(widest, _READABLE)
        made.add_column(
            name, justify="right" if numbers else "left", overflow="fold", no_wrap=numbers or codes, min_width=least
        )
    for row in cells:
        made.add_row(*(Text(shown(str(cell))) for cell in row))
    borders = 3 * len(names) + 1
    fits = sum(column.min_width or 0 for column in made.columns) + borders <= on.width
    with on.capture() as drawn:
        if fits or not cells:
            on.print(made)
        else:
            _print_lists(on, title, names, cells)
    _write(on.file, drawn.get())


def _print_lists(on: Console, title: str | None, names: Sequence[str], cells: Sequence[Sequence[Any]]) -> None:
    if title:
        on.print(Text(title, style="bold"))
    widest = max(map(cell_len, names))
    for row in cells:
        for name, cell in zip(names, row, strict=True):
            on.print(Text(f"{name}{' ' * (widest - cell_len(name))}  {shown(str(cell))}"), soft_wrap=True)
        on.print()
