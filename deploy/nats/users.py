"""Who may come to the bus, and the hashes of passwords by which it knows them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import bcrypt

from contracts.every_service import DeadLettered
from contracts.language.division import UNKNOWN, Division
from contracts.language.message import Fact
from contracts.wiring.permissions import refusals_durable
from contracts.wiring.streams import Durable, all_of, stream_of

COST = 4
"""Of bcrypt: 8 ms of the server for each connection, where 11 takes 377; passwords of ours are 144 random bits."""
SECOND = "~2"
"""What the second login of a user ends with; no name has it, so that no login is another's."""


def new_password() -> str:
    return secrets.token_urlsafe(18)


def hashed(password: str) -> str:
    """As the bus keeps it; the prefix is the one that nats-server knows a hash by."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(COST, prefix=b"2a")).decode()


def is_password(password: str, kept: str) -> bool:
    """Whether a hash is of this password."""
    return bcrypt.checkpw(password.encode(), kept.encode())


@dataclass(frozen=True, slots=True)
class Login:
    """One way in of a user, with the hash of its password; without one, `Users` makes the password and keeps it."""

    user: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Department:
    """Hears facts of its region through durables made for it: one for each fact, one for all of a service's."""

    name: str
    facts: tuple[type[Fact], ...]
    division: Division = UNKNOWN
    all_of: tuple[str, ...] = ()
    logins: tuple[Login, ...] = ()

    def durables(self) -> tuple[Durable, ...]:
        of_facts = (
            Durable(f"{self.name}-{_word(fact)}", stream_of(fact), fact.told_under(self.division), owner=self.name)
            for fact in self.facts
        )
        return (*of_facts, *(all_of(service, self.division, self.name) for service in self.all_of))


def _word(fact: type[Fact]) -> str:
    """What tells a fact from every other of its stream; without a hyphen, so that names of durables cannot collide."""
    owner, word, major = fact.parts()
    word = f"{owner}_{word}" if issubclass(fact, DeadLettered) else word
    return word if major == "v1" else f"{word}_{major}"


@dataclass(frozen=True, slots=True)
class Integrator:
    """Posts events under its own source token."""

    name: str
    logins: tuple[Login, ...] = ()

    def durables(self) -> tuple[Durable, ...]:
        return (refusals_durable(self.name),)


@dataclass(frozen=True, slots=True)
class Official:
    """Asks under its own actor token, within its region."""

    name: str
    division: Division
    logins: tuple[Login, ...] = ()

    def durables(self) -> tuple[Durable, ...]:
        return ()


Outsider = Department | Integrator | Official


def logins_of(outsider: Outsider) -> tuple[Login, ...]:
    """The older first; one that bears the name where nothing is stated."""
    return outsider.logins or (Login(outsider.name),)


@dataclass
class Users:
    """Everybody who may come to the bus.

    Where it `makes_passwords`, they are made when they are asked for and kept here; else only who has a hash comes in.
    """

    outsiders: tuple[Outsider, ...] = ()
    passwords: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    makes_passwords: bool = True

    def password(self, name: str) -> str:
        return self.passwords.setdefault(name, new_password())

    def make_passwords(self, outsiders: tuple[Outsider, ...]) -> None:
        """For those who have none, where they are made here: who is let in later is told it now."""
        for login in (login for one in outsiders for login in logins_of(one)):
            self.hash_of(login)

    def forget(self, name: str) -> None:
        self.passwords.pop(name, None)
        self.hashes.pop(name, None)

    def hash_of(self, login: Login) -> str:
        """What the bus is told; the same as long as the password is, since another cuts its user off. Empty: nobody."""
        if login.hash or not self.makes_passwords:
            return login.hash or self.hashes.get(login.user, "")
        password, kept = self.password(login.user), self.hashes.get(login.user)
        if kept is None or not is_password(password, kept):
            kept = self.hashes[login.user] = hashed(password)
        return kept

    def durables(self) -> tuple[Durable, ...]:
        """The durables that outsiders read through."""
        return tuple(durable for outsider in self.outsiders for durable in outsider.durables())
