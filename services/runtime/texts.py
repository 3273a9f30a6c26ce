"""The JSON of what a transaction writes, made once for a thing's row, for the fact that tells it, and for an answer."""

from __future__ import annotations

from pydantic import BaseModel

from contracts.language.message import dump


class Texts:
    """Remembers the JSON of frozen values for as long as one transaction lasts."""

    def __init__(self) -> None:
        # By identity, each with the value, which must live for as long as its number stands for it.
        self._made: dict[int, tuple[BaseModel, str]] = {}

    def of(self, value: BaseModel) -> str:
        """The JSON of a value, as it stands in a row."""
        found = self._made.get(id(value))
        if found is None:
            found = self._made[id(value)] = value, value.model_dump_json()
        return found[1]

    def dump(self, body: BaseModel) -> bytes:
        """What the contracts' own `dump` makes of a body, with the JSON of its first field where that is known."""
        own = self._made.get(id(body))
        if own is not None:
            return own[1].encode()
        name = next(iter(type(body).model_fields), "")
        found = self._made.get(id(getattr(body, name, None)))
        if found is None:
            return dump(body)
        rest = body.model_dump_json(exclude={name})
        first = f'{{"{name}":{found[1]}'
        return (f"{first}}}" if rest == "{}" else f"{first},{rest[1:]}").encode()
