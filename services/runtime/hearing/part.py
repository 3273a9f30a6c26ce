"""The part of a fact that a handler uses: the same fields under the same rules, and nothing read of all others."""

from __future__ import annotations

from copy import copy
from types import UnionType
from typing import Any, ClassVar, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, create_model

from contracts.language.message import Message
from contracts.language.values import Value

ModelT = TypeVar("ModelT", bound=BaseModel)


def part_of(model: type[ModelT], paths: tuple[str, ...]) -> type[ModelT]:
    """A model with the fields that the dotted paths name, as the contract has them. Raises KeyError for one it lacks.

    It stands for the whole: a part of a message is an instance of that message, as whoever judges by its kind asks, and
    whoever asks it for another field gets an AttributeError.
    """
    below: dict[str, set[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        below.setdefault(name, set()).add(rest)
    fields: dict[str, Any] = {}
    for name, inner in below.items():
        field = copy(model.model_fields[name])
        kind = field.annotation if "" in inner else _within(field.annotation, tuple(sorted(inner)))
        fields[name] = (kind, field)
    make: Any = create_model
    base = _part_of_message(model) if issubclass(model, Message) else Value
    made: type[ModelT] = make(model.__name__, __base__=base, __module__=__name__, **fields)
    return made


def _part_of_message(model: type[Message]) -> type[Value]:
    """What makes a part an instance of its message to whoever judges by `isinstance`."""

    class Part(Value):
        name: ClassVar[str] = model.name

        @property  # type: ignore[misc]  # it is only read
        def __class__(self) -> type[Any]:
            return model

    return Part


def _within(kind: Any, paths: tuple[str, ...]) -> Any:
    """The same kind of field, with parts in the place of the models in it."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return part_of(kind, paths)
    inner = tuple(_within(one, paths) for one in get_args(kind))
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return Union[inner]  # noqa: UP007  made of a tuple
    return kind if origin is None else origin[inner]
