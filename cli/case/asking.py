"""Options of the command line made from the fields of a command: its contract is the only list of them."""

from __future__ import annotations

import inspect
import mimetypes
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import typer
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from cli import rules
from cli.given_file import digest_of, head, json_of
from cli.say import language_is_chinese, say
from contracts.cases import Directive, Interval, Measure, Proof
from contracts.evidence.media import READS_BYTES, media_types, named_type
from contracts.language.evidence import Evidence
from contracts.language.message import Command
from contracts.language.values import Boundary, OpenEnum, UnitRef
from contracts.publishing.words import field_words, message_words

DAY = "%Y-%m-%d"
Find = Callable[[str], Awaitable[UUID]]
"""The id of a case that is named by its id or its number."""
_FLAT = (Directive,)
"""Parts whose fields are options of their own."""
_DRAWN = (Boundary,)
"""Parts that are read from a JSON file."""


def help_of(command: type[Command]) -> str:
    """What a command does, in the reader's language."""
    if language_is_chinese():
        return message_words(command.name)
    return inspect.cleandoc(command.__doc__ or "").partition("\n")[0]


def options_of(command: type[Command], *left_out: str) -> list[inspect.Parameter]:
    """A keyword parameter for each field, as typer reads it; required ones first."""
    made = [_option(part, name, field) for part, name, field in _fields(command) if name not in left_out]
    return sorted(made, key=lambda one: one.default is not inspect.Parameter.empty)


def _fields(model: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if field.annotation in _FLAT:
            yield from _fields(field.annotation)
        else:
            yield model, name, field


def _option(part: type[BaseModel], name: str, field: FieldInfo) -> inspect.Parameter:
    kind, many = _typed(field.annotation)
    required = field.is_required()
    annotation: Any = list[kind] if many else kind  # type: ignore[valid-type]
    option = (_SINGULAR.get(name, name) if many else name).replace("_", "-")
    formats = [DAY] if kind is datetime else None
    described = typer.Option(f"--{option}", formats=formats, help=_help(part, name, field))
    default = inspect.Parameter.empty if required else ([] if many else _default(field))
    annotation = annotation if required or many else annotation | None
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[annotation, described]
    )


_SINGULAR = {"proofs": "proof", "measures": "measure", "flags": "flag"}


def _default(field: FieldInfo) -> Any:
    return field.default if isinstance(field.default, OpenEnum) else None


def said_of(part: type[BaseModel], field: str) -> str:
    """What a field means, in the reader's language."""
    return field_words(part.__name__, field)[0 if language_is_chinese() else 1]


def _help(part: type[BaseModel], name: str, field: FieldInfo) -> str:
    said = said_of(part, name)
    kind, _ = _plain(field.annotation)
    form = {Proof: "ITEM=FILE", Measure: "YYYY-MM-DD=…", Interval: "YYYY-MM-DD..YYYY-MM-DD", UnitRef: "ID"}.get(kind)
    return f"{said} ({form})" if form else said


def _plain(annotation: Any) -> tuple[Any, bool]:
    """The type behind Optional, Annotated and tuple, and whether there may be several."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _plain(next(one for one in get_args(annotation) if one is not type(None)))
    if get_origin(annotation) is tuple:
        return _plain(get_args(annotation)[0])[0], True
    return annotation, False


def _typed(annotation: Any) -> tuple[Any, bool]:
    kind, many = _plain(annotation)
    if kind is Evidence:
        return Path, many
    if kind is date:
        return datetime, many
    if kind is bool:
        return bool, many
    if isinstance(kind, type) and issubclass(kind, OpenEnum | int | float) and kind is not bool:
        return kind, many
    if kind in _DRAWN:
        return Path, False
    if many and kind not in (Proof, Measure) and isinstance(kind, type) and issubclass(kind, BaseModel):
        # A list of larger parts is read from a JSON file.
        return Path, False
    return str, many


async def command_of(command: type[Command], said: Mapping[str, Any], find: Find, **known: Any) -> Command:
    """The command that the options state. Raises typer.BadParameter naming the option and the rule."""
    stated: dict[str, Any] = dict(known)
    for name, field in command.model_fields.items():
        if field.annotation in _FLAT:
            parts = {part: _value(one, said[part]) for part, one in field.annotation.model_fields.items()}
            stated[name] = parts
        elif said.get(name) not in (None, []):
            kind, many = _plain(field.annotation)
            if kind is not UUID or name == "letter_id":
                stated[name] = _value(field, said[name])
            else:
                stated[name] = [await find(one) for one in said[name]] if many else await find(said[name])
    try:
        return command.model_validate(stated)
    except ValidationError as error:
        wrong = "；".join(rules.said(*rules.field_and_rule(one), command) for one in error.errors())
        raise typer.BadParameter(wrong) from None


def _value(field: FieldInfo, said: Any) -> Any:
    kind, many = _plain(field.annotation)
    if (many or kind in _DRAWN) and isinstance(said, Path):
        return json_of(said)
    if many:
        return [_one(kind, one) for one in said]
    return _one(kind, said)


def _one(kind: Any, said: Any) -> Any:
    if kind is Evidence:
        return evidence(said)
    if kind is date:
        return said.date()
    if kind is UnitRef:
        # The name is filled in from the roster by whoever answers.
        return UnitRef(id=said, name=said)
    if kind in (Proof, Measure):
        first, _, rest = said.partition("=")
        if not rest:
            raise typer.BadParameter(say("case.pair", said=said))
        is_proof = kind is Proof
        return {"item": first, "evidence": [evidence(Path(rest))]} if is_proof else {"due_on": first, "text": rest}
    if kind is Interval:
        first, _, rest = said.partition("..")
        return {"from_on": first, "to_on": rest or first}
    return said


def evidence(path: Path) -> Evidence:
    """A file, named by its content. Raises typer.BadParameter."""
    digest, size = digest_of(path)
    named = named_type(path.name) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    found = media_types(head(path, READS_BYTES))
    media_type = named if named in found or not found else found[0]
    return Evidence(sha256=digest, media_type=media_type, size_bytes=size)
