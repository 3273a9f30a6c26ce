"""What the provisioner answers to the operator: who may come to the bus, and how its streams stand."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.division import UNKNOWN, Division
from contracts.language.message import Command
from contracts.language.values import Line, Token, Value
from contracts.language.written import Ruled

PROVISIONER = "provisioner"

HASH = r"^\$2a\$(0[4-9]|1[01])\$[./A-Za-z0-9]{53}$"
"""Of bcrypt, as nats-server knows one; a greater cost would keep it busy with whoever tries to come in."""
Hash = Annotated[str, Field(title="Hash", pattern=HASH), Ruled("bcrypt_hash")]
"""The password itself stays with who has made it."""
LoginName = Annotated[str, Field(title="LoginName", pattern=r"^[a-z0-9_-]{1,64}(~2)?$"), Ruled("login_name")]
Names = Annotated[tuple[Line, ...], Field(max_length=200)]


class UserKind(StrEnum):
    """An integrator posts, a department hears, an official asks."""

    INTEGRATOR = "integrator"
    DEPARTMENT = "department"
    OFFICIAL = "official"


class BusUser(Value):
    """Who may come to the bus, in which region (zeros alone: everywhere), and which facts it hears.

    `all_of` names services of which it hears everything.
    """

    name: Token
    kind: UserKind
    division: Division = UNKNOWN
    facts: Names = ()
    all_of: Names = ()


class UserDurable(Value):
    """A durable that was made for a user: it is bound, not made."""

    stream: Line
    durable: Line
    hears: Line


class UserShown(Value):
    """A user with the logins that it may come in by, the older first, and its durables."""

    user: BusUser
    logins: tuple[str, ...]
    durables: tuple[UserDurable, ...]


class UsersShown(Value):
    """Everybody outside the services; `left_out` says who is stated and not served, a sentence each."""

    users: tuple[UserShown, ...]
    left_out: tuple[str, ...]


class UserKept(Value):
    """A user as it is served from now on.

    `login` is the one whose password was given; None where none was taken, since the user has its own already.
    `enrolled` says whether an area of its region is.
    """

    shown: UserShown
    login: LoginName | None
    enrolled: bool


class PutUser(Command):
    """Let somebody in. A department that is there already hears more, and keeps its passwords. By the operator."""

    name: ClassVar[str] = "provisioner.put_user.v1"
    answer: ClassVar[type[BaseModel]] = UserKept

    user: BusUser
    hash: Hash | None = None


class ChangeUser(Command):
    """State a user's region and what it hears anew; what is left out stays. By the operator.

    What was told before in a region that is new to it is not heard any more.
    """

    name: ClassVar[str] = "provisioner.change_user.v1"
    answer: ClassVar[type[BaseModel]] = UserKept

    user: Token
    division: Division | None = None
    facts: Names | None = None
    all_of: Names | None = None


class RotateUser(Command):
    """Give a user a second password; the older goes on until it is retired. By the operator."""

    name: ClassVar[str] = "provisioner.rotate_user.v1"
    answer: ClassVar[type[BaseModel]] = UserKept

    user: Token
    hash: Hash


class RetireUser(Command):
    """Take one of a user's two logins away, the older unless one is named: who uses it is cut off. By the operator."""

    name: ClassVar[str] = "provisioner.retire_user.v1"
    answer: ClassVar[type[BaseModel]] = UserKept

    user: Token
    login: LoginName | None = None


class RemoveUser(Command):
    """Let somebody in no longer: it is cut off, and its durables go. By the operator."""

    name: ClassVar[str] = "provisioner.remove_user.v1"
    answer: ClassVar[type[BaseModel]] = Done

    user: Token


class ListUsers(Command):
    """Everybody who may come to the bus from outside. By the operator."""

    name: ClassVar[str] = "provisioner.list_users.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = UsersShown


class StreamShown(Value):
    """How full a stream is, and which durables of services it lacks; `error` where nothing else is known."""

    stream: str
    messages: int = 0
    bytes: int = 0
    budget_bytes: int = 0
    percent: int = 0
    missing: tuple[str, ...] = ()
    error: str | None = None


class StreamsShown(Value):
    """Every stream of the bus."""

    streams: tuple[StreamShown, ...]


class ShowStreams(Command):
    """How the streams and the durables of the services stand. By the operator."""

    name: ClassVar[str] = "provisioner.show_streams.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = StreamsShown


ACCESS: tuple[type[Command], ...] = (
    PutUser,
    ChangeUser,
    RotateUser,
    RetireUser,
    RemoveUser,
    ListUsers,
    ShowStreams,
)
"""Commands that the provisioner answers."""
