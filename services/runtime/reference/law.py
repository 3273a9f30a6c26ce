"""A law as a data file: how it stands on a day, be it before or after it was amended (DOMAIN §1)."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from contracts.language.rules import broken
from contracts.language.stated import NotAsStated, read_as
from contracts.language.values import Line
from contracts.language.written import Day

RulesT = TypeVar("RulesT", bound=BaseModel)
AMENDMENTS = "amendments"


class Amendment(BaseModel):
    """What an amendment says of itself; the rest is what it changes."""

    model_config = ConfigDict(frozen=True, extra="allow")

    from_on: Day
    version: Line
    source: Line


@dataclass(frozen=True, slots=True)
class Law(Generic[RulesT]):
    """The versions of one file, the first in force since ever, each other from a day on."""

    versions: tuple[RulesT, ...]
    amended_on: tuple[date, ...]
    """The first day of each version but the first."""

    @classmethod
    def read(cls, file: Path, rules: type[RulesT]) -> Law[RulesT]:
        """What a file states. Raises NotAsStated.

        It is the first version; `amendments` has those that follow in their order, each as a JSON merge patch
        (RFC 7396) on the one before, with its first day in force, its version and its source.
        """
        versions, days = [], []
        for within, from_on, stated in _stated(file):
            versions.append(read_as(TypeAdapter(rules), stated, str(file), within))
            days.append(from_on)
        return cls(tuple(versions), tuple(day for day in days if day is not None))

    def on(self, day: date) -> RulesT:
        """The version in force on a day."""
        return self.versions[bisect_right(self.amended_on, day)]

    @property
    def newest(self) -> RulesT:
        return self.versions[-1]


def _stated(file: Path) -> Iterator[tuple[str, date | None, dict[str, Any]]]:
    """Each version whole: where it stands in the file, its first day, what it states."""
    try:
        whole = read_as(TypeAdapter(dict[str, Any]), json.loads(file.read_text("utf-8")), str(file))
    except json.JSONDecodeError:
        raise NotAsStated(str(file), [{"field": "body", "rule": broken("json_invalid")}]) from None
    amendments = read_as(TypeAdapter(list[Amendment]), whole.pop(AMENDMENTS, []), str(file), f"{AMENDMENTS}.")
    yield "", None, whole
    before = date.min
    for n, amendment in enumerate(amendments):
        within = f"{AMENDMENTS}.{n}."
        if amendment.from_on <= before:
            rule = broken("after_day", day=before)
            raise NotAsStated(str(file), [{"field": f"{within}from_on", "rule": rule}])
        before = amendment.from_on
        whole = _patched(whole, amendment.model_dump(mode="json", exclude={"from_on"}))
        yield within, before, whole


def _patched(stated: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    patched = dict(stated) if isinstance(stated, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            patched.pop(name, None)
        else:
            patched[name] = _patched(patched.get(name), value)
    return patched
