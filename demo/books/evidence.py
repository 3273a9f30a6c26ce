"""What the books are kept from: what was posted and asked, and on the other side what the bus told and was answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from contracts.roster import Area
from contracts.roster import Post as RosterPost
from demo.in_depth.planned import Planned
from demo.reports import Post

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that was answered: when, by whom, and both as they travelled."""

    at: datetime
    actor: str
    name: str
    said: Body
    answer: Body


@dataclass(frozen=True, slots=True)
class Told:
    """One message of a service as it stood on the bus."""

    name: str
    subject: str
    headers: Mapping[str, str]
    body: Body

    @classmethod
    def read(cls, subject: str, headers: Mapping[str, str], data: bytes) -> Told:
        lower = {name.lower(): value for name, value in headers.items()}
        return cls(lower["ce-type"].removeprefix("cn.linzhang."), subject, lower, json.loads(data))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Both sides of the books.

    `areas` and `posts` are the roster as it was enrolled, `imports` the rows of old ledgers as whoever wrote them
    counts them and as they were taken; `moments` are those to which time was brought, in turn. `sheets`, `plan` and
    `standing` are answers at the end: the ledger by (campaign, area, first day, last day), the amounts by target, the
    state of each service; `kept` is how much each stream holds, `areas_mu` how large each area is,
    `stored` how many points each terminal has, `patches` how many came to what. `planned` is what was to come of what
    was done on the ground; `photographs` are counted by what became of them, those `fetched` have their sizes.
    """

    areas: Sequence[Area]
    posts: Sequence[RosterPost]
    posted: Sequence[Post]
    not_taken: int
    asked: Sequence[Asked]
    moments: Sequence[datetime]
    told: Sequence[Told]
    imports: Mapping[str, int] = field(default_factory=dict)
    sheets: Mapping[tuple[str | None, str, str, str], Body] = field(default_factory=dict)
    plan: Mapping[str, str] = field(default_factory=dict)
    standing: Mapping[str, Body] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    areas_mu: Mapping[str, Decimal] = field(default_factory=dict)
    stored: Mapping[str, int] = field(default_factory=dict)
    patches: Mapping[str, int] = field(default_factory=dict)
    planned: Planned = field(default_factory=Planned)
    photographs: Mapping[str, int] = field(default_factory=dict)
    fetched: Mapping[str, int] = field(default_factory=dict)

    def of(self, *names: str) -> list[Told]:
        """The facts with one of these names, such as `cases.opened.v1`."""
        return [one for one in self.told if one.name in names]


def told(messages: Iterable[tuple[str, Mapping[str, str], bytes]]) -> list[Told]:
    return [Told.read(*one) for one in messages]
