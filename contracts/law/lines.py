"""Reads JSON so that it is known in which line of the text each part stands."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from contracts.language.rules import Rule, broken

Path = tuple[str | int, ...]
_BLANK = re.compile(r"[ \t\n\r]*")
_MARK = "\ufeff"


def _no_number(word: str) -> NoReturn:
    raise json.JSONDecodeError(word, word, 0)


_DECODER = json.JSONDecoder(parse_constant=_no_number)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a text: in which line, of which field, by which rule."""

    line: int
    field: str
    rule: Rule

    def in_file(self, file: str) -> str:
        return f"{file}:{self.line}: {self.field}: {self.rule}"


class Faulty(ValueError):
    """A text breaks rules; each is named with its line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{one.line}: {one.field}: {one.rule}" for one in faults))
        self.faults = tuple(sorted(faults, key=lambda one: one.line))


@dataclass(slots=True)
class Lines:
    """What a text says, and the line of each part of it by its path."""

    stated: Any
    at: dict[Path, int] = field(default_factory=dict)

    def of(self, *paths: Path) -> int:
        """The line of the first of these parts that is there, else of the smallest part that the first one lies in."""
        for path in paths:
            if path in self.at:
                return self.at[path]
        within = paths[0]
        while within not in self.at:
            within = within[:-1]
        return self.at[within]


def read_lines(text: str) -> Lines:
    """The value of a text. Raises Faulty for what is no JSON, and for a name that stands twice in an object."""
    return _Reading(text.removeprefix(_MARK)).whole()


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._counted_to = 1, 0
        self._lines: dict[Path, int] = {}
        self._twice: list[Fault] = []

    def whole(self) -> Lines:
        try:
            stated, end = self._value((), self._skip(0))
            if self._skip(end) != len(self._text):
                raise json.JSONDecodeError("more", self._text, self._skip(end))
        except json.JSONDecodeError as error:
            line = error.lineno if error.doc is self._text else self._line
            raise Faulty([Fault(line, "body", broken("json_invalid"))]) from None
        except RecursionError:
            raise Faulty([Fault(self._line, "body", broken("json_invalid"))]) from None
        if self._twice:
            raise Faulty(self._twice)
        return Lines(stated, self._lines)

    def _value(self, path: Path, at: int) -> tuple[Any, int]:
        self._lines.setdefault(path, self._line_of(at))
        first = self._text[at : at + 1]
        if first == "{":
            return self._object(path, at)
        if first == "[":
            return self._array(path, at)
        return self._plain(at)

    def _plain(self, at: int) -> tuple[Any, int]:
        """A text, a number or a word. What nobody can reckon with or pass on is no JSON either."""
        try:
            found, end = _DECODER.raw_decode(self._text, at)
            if isinstance(found, str):
                found.encode()
        except json.JSONDecodeError:
            raise
        except ValueError:
            raise json.JSONDecodeError("too long a number, or half of a character", self._text, at) from None
        return found, end

    def _object(self, path: Path, at: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self._skip(at + 1)
        if self._text[at : at + 1] == "}":
            return found, at + 1
        while True:
            self._want('"', at)
            line = self._line_of(at)
            name, at = self._plain(at)
            if name in found:
                self._twice.append(Fault(line, said((*path, name)), broken("stands_twice")))
            self._lines[(*path, name)] = line
            at = self._skip(at)
            self._want(":", at)
            found[name], at = self._value((*path, name), self._skip(at + 1))
            at = self._skip(at)
            if self._text[at : at + 1] == "}":
                return found, at + 1
            self._want(",", at)
            at = self._skip(at + 1)

    def _array(self, path: Path, at: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self._skip(at + 1)
        if self._text[at : at + 1] == "]":
            return found, at + 1
        while True:
            value, at = self._value((*path, len(found)), at)
            found.append(value)
            at = self._skip(at)
            if self._text[at : at + 1] == "]":
                return found, at + 1
            self._want(",", at)
            at = self._skip(at + 1)

    def _want(self, sign: str, at: int) -> None:
        if self._text[at : at + 1] != sign:
            raise json.JSONDecodeError(f"no {sign}", self._text, at)

    def _skip(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        assert found is not None
        return found.end()

    def _line_of(self, at: int) -> int:
        """It only goes on: each line break is counted once."""
        self._line += self._text.count("\n", self._counted_to, at)
        self._counted_to = max(at, self._counted_to)
        return self._line


def said(path: Path) -> str:
    """A path as people read it: `rules.ranger.count`."""
    return ".".join(map(str, path)) or "body"
