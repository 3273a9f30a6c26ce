"""What the columns of a sheet are, as data: a description has the fields of a register, a mapping an office's own way.

A description is a file as cli/sheet/posts.json is one:

    {"title": ["岗位", "posts"], "identity": "id",
     "fields": {"id": {"headings": ["岗位编号", "post id"], "also": ["岗位编码"], "type": "token", "required": true}}}

The first heading is what an export has, the second its English; `also` has other words for it, `spread` lists headings
of columns over which a division is spread. A field without headings is read where a mapping names its column. No two
rows may have the same `identity`, unless there are `lists`: then a thing has a row for each of what it has several of
(`"lists": ["kit"]` and a field `kit.item`), and rows with the same identity, or without one, belong together.

Of the types, `line` is a text in one line, `text` one of several, `person` a name, `code` what names a thing as it is
written, `token` what names it on the bus, `several` texts in one cell, `days` days, `instant` a time of a day by the
clock of China. What is `required` stands in every row, what is `headed` has a column at least. `words` turns what
people write into codes; `of` takes the words of contracts/language/terms.json with them. `units` may stand behind a
number.

A mapping, of which an office keeps a file of its own, names its headings (several for what is spread over columns), its
own words, and, where they cannot be seen, the sheet and the row of the headings:

    {"columns": {"id": ["编号"], "division": ["县", "乡", "村"]}, "words": {"role": {"林管员": "ranger"}}}

All columns that a mapping names must be there; an export by it has them in its order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Bounded

from contracts.language.terms import Of, terms
from contracts.language.values import Line

Type = Literal[
    "line",
    "text",
    "person",
    "code",
    "token",
    "phone",
    "several",
    "word",
    "flag",
    "whole",
    "decimal",
    "float",
    "day",
    "days",
    "instant",
    "division",
]
Headings = tuple[Line, ...]
_AMOUNTS = ("whole", "decimal")


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Field(_Stated):
    """One field of a register: where it stands in a sheet, and what its cells say."""

    headings: Headings = ()
    also: Headings = ()
    spread: tuple[Headings, ...] = ()
    type: Type = "line"
    required: bool = False
    headed: bool = False
    words: dict[str, str] = Bounded(default_factory=dict)
    of: Of | None = None
    units: tuple[str, ...] = ()

    @property
    def is_amount(self) -> bool:
        return self.type in _AMOUNTS

    def places(self) -> Iterator[Headings]:
        """Every way in which its columns may be headed, the best first."""
        for one in (*self.headings, *self.also):
            yield (one,)
        yield from self.spread

    def known_words(self) -> dict[str, str]:
        """Codes by the words for them, what an export writes first of its code."""
        of: dict[str, str] = {}
        if self.of is not None:
            of = {said: code for language in ("zh-CN", "en") for code, said in terms(self.of, language).items()}
            of |= {code: code for code in terms(self.of)}
        return {**self.words, **of}


class Description(_Stated):
    """The fields of a register in the order of its columns."""

    title: tuple[Line, Line]
    identity: str | None = None
    lists: tuple[str, ...] = ()
    fields: dict[str, Field]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.identity is not None and self.identity not in self.fields:
            raise ValueError(f"has no field {self.identity}")
        worded = {name: one for name, one in self.fields.items() if one.type == "word" and one.headings}
        if missing := [name for name, one in worded.items() if not one.known_words()]:
            raise ValueError(f"has no words for {', '.join(missing)}")
        return self


class Columns(_Stated):
    """Where an office has its columns, and what its own words mean."""

    sheet: str | None = None
    header_row: Annotated[int, Bounded(ge=1)] | None = None
    columns: dict[str, Headings] = Bounded(default_factory=dict)
    words: dict[str, dict[str, str]] = Bounded(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """A description as an office has it."""

    fields: Mapping[str, Field]
    identity: str | None = None
    lists: tuple[str, ...] = ()
    sheet: str | None = None
    header_row: int | None = None
    wanted: Mapping[str, Headings] = field(default_factory=dict)
    """The columns that an office has said to have."""

    def places(self, name: str) -> list[Headings]:
        stated = self.wanted.get(name)
        return [stated] if stated is not None else list(self.fields[name].places())

    def title(self, name: str) -> str:
        """What a column is called to a person whose sheet has none."""
        return next(("、".join(one) for one in self.places(name)), name)


def laid_out(description: Description, columns: Columns | None = None) -> Layout:
    """A description in an office's own way. Raises ValueError for a mapping that speaks of other fields."""
    stated: Any = columns or Columns()
    if unknown := sorted((stated.columns.keys() | stated.words.keys()) - description.fields.keys()):
        raise ValueError(f"has no field {', '.join(unknown)}")
    fields = dict(description.fields)
    for name, words in stated.words.items():
        fields[name] = fields[name].model_copy(update={"words": words, "of": None})
    return Layout(fields, description.identity, description.lists, stated.sheet, stated.header_row, stated.columns)
