"""A law as it stands on a day, be it before or after it was amended, and since when that has been known (DOMAIN §1)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from contracts.language.values import Line


class Rules(BaseModel):
    """What each version of a law says of itself; all else are its rules."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    version: Line
    source: Line

    @property
    def lasting(self) -> frozenset[str]:
        """What records name, so that no later text may do without it."""
        return frozenset()


RulesT = TypeVar("RulesT", bound=Rules)


@dataclass(frozen=True, slots=True)
class Version(Generic[RulesT]):
    """One version of a law: in force from a day on (None: since ever), and not known before another (None: ever)."""

    rules: RulesT
    from_on: date | None = None
    known_from: date | None = None

    def is_known(self, day: date) -> bool:
        return self.known_from is None or self.known_from <= day


@dataclass(frozen=True, slots=True)
class Change:
    """What another text would change: at a path of the rules, for days from `from_on` to `to_on` (None: no end)."""

    path: tuple[str, ...]
    before: Any
    after: Any
    from_on: date | None
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Law(Generic[RulesT]):
    """The versions of a law, the first in force since ever, each other from a day on."""

    versions: tuple[Version[RulesT], ...]

    def at(self, day: date) -> Version[RulesT]:
        """The version in force on a day, as is known now."""
        return self.versions[bisect_right(self._first_days, day)]

    def on(self, day: date) -> RulesT:
        """The rules in force on a day, as is known now."""
        return self.at(day).rules

    @property
    def _first_days(self) -> list[date]:
        return [one.from_on for one in self.versions[1:] if one.from_on is not None]

    @property
    def newest(self) -> RulesT:
        return self.versions[-1].rules

    def taken_up_after(self, before: Law[RulesT], on: date) -> Law[RulesT]:
        """This law in the place of another from a day on: what the other did not say was not known before that day."""
        known = {(one.from_on, one.rules.model_dump_json()): one.known_from for one in before.versions}
        versions = []
        for one in self.versions:
            same = (one.from_on, one.rules.model_dump_json())
            since = known[same] if same in known else max(on, one.known_from or on)
            versions.append(replace(one, known_from=since))
        return Law(tuple(versions))

    def lost_in(self, other: Law[RulesT]) -> list[str]:
        """What records name and another text would not have any more."""
        ours, theirs = ({name for one in law.versions for name in one.rules.lasting} for law in (self, other))
        return sorted(ours - theirs)

    def changes_to(self, other: Law[RulesT]) -> list[Change]:
        """What another text would change, each with the days for which it does."""
        days = sorted({day for law in (self, other) for day in law._first_days})
        open_: dict[tuple[tuple[str, ...], str], Change] = {}
        found: list[Change] = []
        for day in (None, *days):
            now = dict(self._differing(other, day))
            for key in [key for key in open_ if key not in now]:
                assert day is not None
                found.append(replace(open_.pop(key), to_on=day - timedelta(days=1)))
            for key, (before, after) in now.items():
                open_.setdefault(key, Change(key[0], before, after, day, None))
        found += open_.values()
        return sorted(found, key=lambda one: (one.path, one.from_on or date.min))

    def _differing(
        self, other: Law[RulesT], day: date | None
    ) -> Iterator[tuple[tuple[tuple[str, ...], str], tuple[Any, Any]]]:
        ours, theirs = (law.on(day or date.min).model_dump(mode="json", by_alias=True) for law in (self, other))
        for path, before, after in _unlike(ours, theirs, ()):
            yield (path, repr((before, after))), (before, after)


def _unlike(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """The smallest parts that differ; a list is one part."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _unlike(before.get(name), after.get(name), (*path, name))
    elif before != after:
        yield path, before, after
