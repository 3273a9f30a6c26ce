"""Reads a message as it travels: what people send strictly, what services tell so that new fields do no harm."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from contracts.language.message import Command, Intake, Message
from contracts.language.rules import custom

MessageT = TypeVar("MessageT", bound=Message)
Path = tuple[str | int, ...]

_MARK = b"\xef\xbb\xbf"
_MARKED = custom("byte_order_mark")
_TWICE = custom("stands_twice")
_NO_NUL = custom("no_nul")
_SPACES = b" \n\r\t"


def parse(message: type[MessageT], data: bytes) -> MessageT:
    """A message out of its JSON. Raises ValidationError, which names every field that is wrong and the rule.

    From intake and commands nothing is converted, no key may stand twice in an object, and none may be unknown,
    however deep, but where anything may stand. A fact's unknown fields and words are those of a later version; a NUL,
    which no table holds, stands in none of its fields.
    """
    if data.startswith(_MARK):
        raise _refused(message, _MARKED, [()])
    if not issubclass(message, Intake | Command):
        return _held(message, message.model_validate_json(data), data)
    body = message.model_validate_json(data, strict=True, extra="forbid")
    if _may_repeat(data, body):
        repeated = [path for path in _repeated(data) if path[0] not in message.anything_in]
        if repeated:
            raise _refused(message, _TWICE, repeated)
    return body


def _held(message: type[MessageT], body: MessageT, data: bytes) -> MessageT:
    """The body, in whose texts there is no NUL."""
    if b"\\u0000" in data and (paths := list(_with_nul(body.model_dump(), ()))):
        raise _refused(message, _NO_NUL, paths)
    return body


def _with_nul(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from ((*path, name),) if "\0" in str(name) else _with_nul(part, (*path, name))
    elif isinstance(value, list | tuple):
        for at, part in enumerate(value):
            yield from _with_nul(part, (*path, at))
    elif isinstance(value, str) and "\0" in value:
        yield path


def _refused(message: type[Message], rule: PydanticCustomError, paths: list[Path]) -> ValidationError:
    lines = [InitErrorDetails(type=rule, loc=path, input=None) for path in paths]
    return ValidationError.from_exception_data(message.__name__, lines)


def _may_repeat(data: bytes, body: BaseModel) -> bool:
    """Whether the text has more keys than were read; quotes inside of texts are counted too."""
    return data.translate(None, _SPACES).count(b'":') != _keys(body)


def _keys(value: Any) -> int:
    if isinstance(value, BaseModel):
        own = len(value.model_fields_set)
        return own + sum(_keys(getattr(value, name)) for name in _nested(type(value)))
    if isinstance(value, tuple):
        return sum(len(one) if type(one) is dict else _keys(one) for one in value)
    return len(value) if isinstance(value, dict) else 0


@cache
def _nested(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a message in which there may be objects."""
    return tuple(name for name, field in model.model_fields.items() if _has_objects(field.annotation))


def _has_objects(kind: Any) -> bool:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return True
    return kind is Any or get_origin(kind) is dict or any(map(_has_objects, get_args(kind)))


def _repeated(data: bytes) -> Iterator[Path]:
    """The place of each key that stands twice in its object."""

    def look(value: Any, path: Path) -> Iterator[Path]:
        if isinstance(value, _Pairs):
            times = Counter(key for key, _ in value.pairs)
            yield from ((*path, key) for key, stands in times.items() if stands > 1)
            for key, part in value.pairs:
                yield from look(part, (*path, key))
        elif isinstance(value, list):
            for at, part in enumerate(value):
                yield from look(part, (*path, at))

    yield from look(json.loads(data, object_pairs_hook=_Pairs, parse_int=str, parse_float=str), ())


class _Pairs:
    """An object of JSON as it is written."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs
