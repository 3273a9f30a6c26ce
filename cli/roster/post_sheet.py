"""What a sheet of posts asks for: posts to enrol, appointments to make, and each cell that contradicts what stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from cli.rules import field_and_rule, stated
from cli.say import say
from cli.sheet.cell import BadCell, folded
from cli.sheet.entry import Entry, entries
from cli.sheet.layout import Description, Layout
from cli.sheet.reading import Known
from cli.sheet.taken import Record, Taken
from contracts.language.division import Division
from contracts.roster import Appoint, Appointment, Post

DAY = timedelta(days=1)
HELD = "appointments"
ID, NAME, FROM, TO = (f"{HELD}.{part}" for part in ("person.id", "person.name", "held_from", "held_to"))


@cache
def _stated() -> tuple[Description, frozenset[str]]:
    found = json.loads(files("cli.roster").joinpath("posts.json").read_text("utf-8"))
    vacant = frozenset(map(folded, found.pop("vacant")))
    return Description.model_validate(found), vacant


def description() -> Description:
    return _stated()[0]


@dataclass(frozen=True, slots=True)
class Held:
    """A row that says who holds a post from a day; without a person it is vacant from then on.

    `followed` says that nothing but a later row ends it.
    """

    record: Record
    person_id: str | None
    person_name: str | None
    held_from: date
    held_to: date | None
    followed: bool = False


@dataclass(slots=True)
class Plan:
    """What is to be done with each post of a sheet."""

    enrol: list[tuple[Record, Post]] = field(default_factory=list)
    appoint: list[tuple[Record, Appoint]] = field(default_factory=list)
    unchanged: int = 0
    posts: Mapping[str, Post] = field(default_factory=dict)


class PostSheet:
    """Reads the rows of a sheet against the posts that there are."""

    def __init__(self, taken: Taken, layout: Layout, known: Known, posts: Iterable[Post], now: datetime) -> None:
        self._taken, self._layout, self._known, self._now = taken, layout, known, now
        self._posts = {one.id: one for one in posts}
        self._at: dict[tuple[str, str], list[str]] = {}
        self._in: dict[tuple[str, str], list[str]] = {}
        for one in self._posts.values():
            if one.ended_on is None:
                self._at.setdefault((one.area_id, one.role), []).append(one.id)
                self._in.setdefault((one.division, one.role), []).append(one.id)

    def plan(self) -> Plan:
        plan = Plan(posts=self._posts)
        for entry in entries(self._taken.records, self._layout.lists, "id", self._key, self._taken):
            held = self._held(entry, self._posts.get(entry.key))
            post = self._post(entry, held) if entry.is_good else None
            if post is None or not entry.is_good:
                continue
            before = self._posts.get(entry.key)
            if before is None:
                plan.enrol.append((entry.records[0], self._with(post, held)))
                continue
            asked = self._asked(before, held)
            if not entry.is_good:
                continue
            if post != before:
                plan.enrol.append((entry.records[0], post))
            plan.appoint += asked
            plan.unchanged += post == before and not asked
        return plan

    def _key(self, record: Record) -> str | None:
        """The post of a row: by its id, else the one of its role in its area."""
        if (named := record.stated.get("id")) is not None:
            return str(named)
        if not {"role", "division", "area_id"} & (record.stated.keys() | record.problems.keys()):
            return None
        area = record.stated.get("area_id", record.stated.get("division"))
        for name in ("role", "division"):
            if name not in record.stated and not (name == "division" and area is not None):
                self._refuse(record, name, say("sheet.blank"))
        role = record.stated.get("role")
        if area is None or role is None:
            return f"\0{record.sheet}!{record.row}"
        # A village's ranger stands on one of its grids: where nobody names it, the village's only one is meant.
        found = self._at.get((area, role)) or ([] if "area_id" in record.stated else self._in.get((area, role), []))
        if len(found) > 1:
            self._refuse(record, "id", say("posts.several", found="、".join(sorted(found))))
        return found[0] if len(found) == 1 else f"{area}-{role.replace('_', '-')}"

    def _refuse(self, record: Record, name: str, rule: str) -> None:
        if name not in record.problems:
            self._taken.refuse(record, name, rule)

    def _post(self, entry: Entry, held: list[Held]) -> Post | None:
        """The post as the sheet states it, with what it leaves out as it stood, and those who held it."""
        before, first = self._posts.get(entry.key), entry.records[0]
        own = ("role", "title", "division", "area_id", "ended_on")
        said: dict[str, Any] = {name: entry.stated[name] for name in own if name in entry.stated}
        if before is None and "division" in said:
            said.setdefault("area_id", said["division"])
        unit = self._unit(entry, before)
        if unit is not None:
            said["unit"] = unit
        if before is None:
            for name in ("role", "division", "unit"):
                if name not in said:
                    self._refuse(first, "unit.name" if name == "unit" else name, say("sheet.blank"))
            if not entry.is_good:
                return None
            said.setdefault("title", self._role_word(said["role"]))
        body = before.model_dump() if before is not None else {"id": entry.key}
        try:
            return Post.model_validate({**body, **said})
        except ValidationError as error:
            for name, rule in map(field_and_rule, error.errors()):
                self._refuse(first, name, rule)
            return None

    def _role_word(self, role: str) -> str:
        return next(word for word, code in self._layout.fields["role"].known_words().items() if code == role)

    def _unit(self, entry: Entry, before: Post | None) -> dict[str, str] | None:
        id, name = entry.stated.get("unit.id"), entry.stated.get("unit.name")
        if id is None and name is not None and before is not None and folded(before.unit.name) == folded(name):
            id = before.unit.id
        if id is None and name is not None:
            try:
                id = self._known.unit_id(name)
            except BadCell as bad:
                self._refuse(entry.records[0], "unit.name", str(bad))
                return None
            self._taken.read_as(entry.records[0], "unit.name", name, f"{name} {id}")
        if id is not None and name is None:
            name = before.unit.name if before is not None and before.unit.id == id else self._known.unit_name(id)
            if name is None:
                self._refuse(entry.records[0], "unit.name", say("sheet.blank"))
                return None
        return None if id is None or name is None else {"id": id, "name": name}

    def _held(self, entry: Entry, before: Post | None) -> list[Held]:
        """Who holds the post, by days; an open end before a later row ends the day before that."""
        rows = [
            one
            for at, item in enumerate(entry.items.get(HELD, []))
            if (one := self._holder(entry.rows[f"{HELD}.{at}"], item, before)) is not None
        ]
        rows.sort(key=lambda one: one.held_from)
        found: list[Held] = []
        for at, one in enumerate(rows):
            after = rows[at + 1] if at + 1 < len(rows) else None
            if one.held_to is not None and one.held_to < one.held_from:
                self._refuse(one.record, TO, stated("held_to_before", first=one.held_from))
            elif after is not None and after.held_from == one.held_from:
                self._refuse(after.record, FROM, say("posts.same_day", row=one.record.row))
            elif after is not None and one.held_to is not None and one.held_to >= after.held_from:
                self._refuse(one.record, TO, say("posts.overlap", row=after.record.row, day=after.held_from))
            elif after is not None and one.held_to is None and one.person_id is not None:
                one = replace(one, held_to=after.held_from - DAY, followed=True)
                self._taken.read_as(one.record, TO, "", str(one.held_to))
            found.append(one)
        return found

    def _holder(self, record: Record, item: Mapping[str, Any], before: Post | None) -> Held | None:
        name, id = item.get("person.name"), item.get("person.id")
        held_from, held_to = item.get("held_from"), item.get("held_to")
        live = _live(before)
        if name is not None and folded(name) in _stated()[1] and id is None:
            if held_from is None and any(one.held_to is None for one in live):
                self._refuse(record, FROM, say("posts.vacant_from", person=live[-1].person.name))
            return None if held_from is None else Held(record, None, None, held_from, None)
        if name is None and id is None:
            self._refuse(record, NAME, say("sheet.blank"))
            return None
        everybody = {one.person.id: one.person.name for one in (before.appointments if before else ())}
        if id is None:
            same = sorted(known for known, called in everybody.items() if folded(called) == folded(name or ""))
            if len(same) != 1:
                self._refuse(record, ID, say("posts.account", person=name, found="、".join(same) or "-"))
                return None
            id = same[0]
            self._taken.read_as(record, NAME, name or "", f"{name} {id}")
        name = name or everybody.get(id)
        if name is None:
            self._refuse(record, NAME, say("sheet.blank"))
            return None
        if held_from is None:
            now_held = [one for one in live if one.person.id == id]
            if len(now_held) != 1:
                self._refuse(record, FROM, say("sheet.blank"))
                return None
            held_from = now_held[0].held_from
        return Held(record, id, name, held_from, held_to)

    def _with(self, post: Post, held: Iterable[Held]) -> Post:
        """A new post with those who hold it, as it becomes known now."""
        people = [
            Appointment.model_validate(
                {
                    "person": {"id": one.person_id, "name": one.person_name},
                    "held_from": one.held_from,
                    "held_to": one.held_to,
                    "recorded_at": self._now,
                }
            )
            for one in held
            if one.person_id is not None
        ]
        return post.model_copy(update={"appointments": tuple(people)})

    def _asked(self, before: Post, held: Iterable[Held]) -> list[tuple[Record, Appoint]]:
        """The appointments that are not recorded yet, the earliest first."""
        live = _live(before)
        found: list[tuple[Record, Appoint]] = []
        for one in held:
            if one.person_id is None:
                found += self._emptied(before, one, live)
                continue
            # Whoever is followed by a later row is ended by it.
            ends = (one.held_to, None) if one.followed else (one.held_to,)
            if any((a.person.id, a.held_from) == (one.person_id, one.held_from) and a.held_to in ends for a in live):
                continue
            after = next((a for a in live if a.held_from > one.held_from), None)
            if after is not None and (one.held_to is None or one.held_to >= after.held_from):
                rule = say("posts.succeeded", person=after.person.name, day=after.held_from)
                self._refuse(one.record, TO, rule)
                continue
            said = {"person_id": one.person_id, "person_name": one.person_name}
            days = {"held_from": one.held_from, "held_to": one.held_to}
            found.append((one.record, Appoint.model_validate({"post_id": before.id, **said, **days})))
        return found

    def _emptied(self, before: Post, one: Held, live: list[Appointment]) -> list[tuple[Record, Appoint]]:
        """Whoever holds the post on the day from which it is vacant ends the day before."""
        for held in live:
            if held.held_to is not None and held.held_to < one.held_from:
                continue
            if held.held_from >= one.held_from:
                rule = say("posts.succeeded", person=held.person.name, day=held.held_from)
                self._refuse(one.record, FROM, rule)
                return []
            said = {"person_id": held.person.id, "person_name": held.person.name}
            days = {"held_from": held.held_from, "held_to": one.held_from - DAY}
            return [(one.record, Appoint.model_validate({"post_id": before.id, **said, **days}))]
        return []


def _live(post: Post | None) -> list[Appointment]:
    """What is known now of who held a post, by days."""
    there = post.appointments if post is not None else ()
    return sorted((one for one in there if one.superseded_at is None), key=lambda one: one.held_from)


def as_entries(posts: Iterable[Post]) -> list[dict[str, Any]]:
    """Posts with those who are known to hold them, as rows are made of."""
    return [
        {**one.model_dump(exclude={HELD}), HELD: [held.model_dump() for held in _live(one)]}
        for one in sorted(posts, key=lambda one: (Division(one.division), one.role, one.id))
    ]
