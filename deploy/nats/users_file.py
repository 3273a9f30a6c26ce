"""`users.json`: who outside the services may come to the bus; a wrong entry is named and left out, the others stand."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.access import HASH
from contracts.language.division import UNKNOWN, Division
from contracts.language.message import Fact
from contracts.language.rules import describe
from contracts.language.values import Token
from contracts.wiring.table import FACTS, SERVICES
from deploy.local.private import changed_at, open_private, write_private
from deploy.nats.accounts import RESERVED
from deploy.nats.moving import Moving
from deploy.nats.users import SECOND, Department, Integrator, Login, Official, Outsider, Users, logins_of

FACTS_BY_NAME: dict[str, type[Fact]] = {fact.name: fact for facts in FACTS.values() for fact in facts}


_HASH = re.compile(HASH)


DATABASE_ROLE = "postgres-"
"""Before the name of a service: whose password in the database it is."""


class HomeRefused(Exception):
    """A file in the data directory is not as it must be: which, and why."""


class _Login(BaseModel):
    model_config = ConfigDict(extra="forbid")
    user: str
    hash: str = ""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Token
    logins: list[_Login] = []

    def outsider(self) -> Outsider:
        return Integrator(self.name, self.ways_in())

    def ways_in(self) -> tuple[Login, ...]:
        return tuple(Login(one.user, one.hash) for one in self.logins)

    def wrong(self) -> str:
        """The rule that it breaks, after its field; empty where it breaks none."""
        names, used = (self.name, self.name + SECOND), [one.user for one in self.logins]
        if set(used) - set(names) or len(set(used)) < len(used):
            return f".logins: may have {names[0]} and {names[1]}, each once"
        if any(not _HASH.fullmatch(one.hash) for one in self.logins if one.hash or one.user != self.name):
            return ".logins: a hash must be one of bcrypt, $2a$, of cost 4 to 11"
        return ""


class _Department(_Entry):
    division: Division = UNKNOWN
    facts: list[str] = []
    all_of: list[str] = []

    def outsider(self) -> Outsider:
        facts = tuple(FACTS_BY_NAME[name] for name in dict.fromkeys(self.facts))
        return Department(self.name, facts, self.division, tuple(dict.fromkeys(self.all_of)), self.ways_in())

    def wrong(self) -> str:
        if unknown := [one for one in self.facts if one not in FACTS_BY_NAME]:
            return f".facts: there is no fact {', '.join(unknown)}"
        if unknown := [one for one in self.all_of if one not in SERVICES]:
            return f".all_of: there is no service {', '.join(unknown)}"
        return super().wrong() if self.facts or self.all_of else ".facts: must name a fact, or all_of a service"


class _Official(_Entry):
    division: Division

    def outsider(self) -> Outsider:
        return Official(self.name, self.division, self.ways_in())


_KINDS: dict[str, type[_Entry]] = {"departments": _Department, "integrators": _Entry, "officials": _Official}


def kind_of(outsider: Outsider) -> str:
    """The list in which an outsider stands."""
    return f"{type(outsider).__name__.lower()}s"


@dataclass(frozen=True, slots=True)
class Stated:
    """What the file states: who may come, what is wrong with whom, and every name that stands in it.

    A sentence of `wrong` begins with the place, such as `officials.3.division`. Where nothing is `readable`, nobody
    knows who is stated.
    """

    outsiders: tuple[Outsider, ...] = ()
    wrong: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    readable: bool = True


def read_stated(text: str | bytes) -> Stated:
    """Raises HomeRefused where nothing can be read at all."""
    outsiders: dict[str, Outsider] = {}
    wrong: list[str] = []
    names: set[str] = set()
    for kind, entries in _document(text).items():
        if kind not in _KINDS:
            wrong.append(f"{kind}: there are {', '.join(_KINDS)} and nothing else")
        elif not isinstance(entries, list):
            wrong.append(f"{kind}: must be a list")
        else:
            for at, entry in enumerate(entries):
                name = entry.get("name") if isinstance(entry, dict) else None
                if isinstance(name, str):
                    names.add(name)
                if told := _take(kind, entry, outsiders):
                    wrong.append(f"{kind}.{at}{told}")
    return Stated(tuple(outsiders.values()), tuple(wrong), frozenset(names))


def _document(text: str | bytes) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise HomeRefused("is no JSON") from None
    if not isinstance(document, dict):
        raise HomeRefused(f"must be an object with {', '.join(_KINDS)}")
    return document


def _take(kind: str, entry: Any, taken: dict[str, Outsider]) -> str:
    """Add who an entry stands for; the rule that it breaks, after its field, where it breaks one."""
    try:
        stated = _KINDS[kind].model_validate(entry)
    except ValidationError as error:
        if not isinstance(entry, dict):
            return ": must be an object"
        wrong = describe(error.errors()[0])
        return f".{wrong['field']}: {wrong['rule']}"
    if stated.name in RESERVED:
        return f".name: {stated.name} is a user of the system itself"
    if stated.name in taken:
        return f".name: {stated.name} stands twice"
    if wrong_there := stated.wrong():
        return wrong_there
    taken[stated.name] = stated.outsider()
    return ""


@dataclass(frozen=True, slots=True)
class UsersFile:
    """The file at `path`; whoever changes it is alone with it."""

    path: Path

    @property
    def moving(self) -> Moving:
        """Whose durables do not hear yet what is stated here."""
        return Moving(self.path.with_name("moving.json"))

    def stated(self) -> Stated:
        try:
            return read_stated(self.path.read_bytes())
        except FileNotFoundError:
            return Stated()
        except HomeRefused as refused:
            return Stated(wrong=(f"{self.path.name}: {refused}",), readable=False)

    def changed_at(self) -> float:
        """When it, or who is left to be moved, was last changed; 0 when there is none."""
        return max(changed_at(self.path), self.moving.changed_at())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes the file meanwhile: what two add at once both stands."""
        with open_private(self.path.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def write(self, outsiders: tuple[Outsider, ...]) -> None:
        """State these and nobody else. Raises HomeRefused, writing nothing."""
        document: dict[str, Any] = {kind: [] for kind in _KINDS}
        for one in outsiders:
            document[kind_of(one)].append(_entry(one))
        text = _dump(document)
        if wrong := read_stated(text).wrong:
            raise HomeRefused(f"{self.path}: {wrong[0]}")
        with self.alone():
            write_private(self.path, text)

    def add(self, *outsiders: Outsider) -> None:
        """State these too, in the place of who had their names; what else stands there stays, be it wrong."""
        with self.alone():
            self.put(*outsiders)

    def put(self, *outsiders: Outsider) -> None:
        """The same for who is alone with the file already."""
        document = self._without({one.name for one in outsiders})
        for one in outsiders:
            document.setdefault(kind_of(one), []).append(_entry(one))
        write_private(self.path, _dump(document))

    def remove(self, name: str) -> None:
        """Whoever has this name stands there no longer."""
        with self.alone():
            self.drop(name)

    def drop(self, name: str) -> None:
        """The same for who is alone with the file already."""
        write_private(self.path, _dump(self._without({name})))

    def text(self) -> str | None:
        """All that stands there; None where there is no file."""
        try:
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return None

    def restore(self, text: str | None) -> None:
        """What stood there before."""
        if text is None:
            self.path.unlink(missing_ok=True)
        else:
            write_private(self.path, text)

    def _without(self, names: set[str]) -> dict[str, Any]:
        try:
            document = _document(self.path.read_bytes())
        except FileNotFoundError:
            document = {}
        except HomeRefused as refused:
            raise HomeRefused(f"{self.path}: {refused}") from None
        for kind, entries in document.items():
            if kind in _KINDS and isinstance(entries, list):
                document[kind] = [one for one in entries if not (isinstance(one, dict) and one.get("name") in names)]
        return document


def _entry(outsider: Outsider) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": outsider.name}
    if not isinstance(outsider, Integrator):
        entry["division"] = outsider.division
    if isinstance(outsider, Department):
        entry["facts"] = [fact.name for fact in outsider.facts]
        if outsider.all_of:
            entry["all_of"] = list(outsider.all_of)
    if outsider.logins:
        entry["logins"] = [{"user": one.user, "hash": one.hash} for one in outsider.logins]
    return entry


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


def forget_others(users: Users, names: Collection[str]) -> None:
    """Somebody who is stated no longer, or comes in otherwise, and comes again later, comes with another password."""
    with_hashes = {one.name for one in users.outsiders if all(login.hash for login in logins_of(one))}
    for name in set(users.passwords) - RESERVED - (set(names) - with_hashes):
        if not name.startswith(DATABASE_ROLE):
            users.forget(name)
