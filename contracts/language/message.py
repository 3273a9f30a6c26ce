"""What every message on the bus is: facts, intake and commands, by name, subject and weight."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from contracts.language.division import Division
from contracts.language.values import Value

JSON = "application/json"
TYPE_PREFIX = "cn.linzhang."
SCHEMA_PREFIX = "urn:linzhang:"
MAX_MESSAGE_BYTES = 1024 * 1024 - 64
"""What a body and its headers may come to: the relay adds one header, and a stream takes 1 MiB of both.

The server itself takes 2 MB, so that the receipt can say so.
"""
MAX_COMMAND_BYTES = 128 * 1024
"""The largest body of a command by an official: a hundred at once must not weigh what cuts a client (STACK row 32)."""
MAX_HEADER_BYTES = 65_535 - 64
"""What headers may come to: a stream takes 64 kB, with the one that the relay adds."""
NAME = re.compile(r"(?P<service>[a-z]+)\.(?P<word>[a-z0-9_]+)\.v(?P<major>[1-9][0-9]*)\Z")


class Message(Value):
    """Anything with a name of its own on the bus: `<service>.<word>.v<major>`."""

    name: ClassVar[str]
    anything_in: ClassVar[frozenset[str]] = frozenset()
    """Its fields in which anything may stand: whoever handles them says what was wrong with a part."""

    @classmethod
    def parts(cls) -> tuple[str, str, str]:
        """Service, word and version token: `("cases", "opened", "v1")`."""
        service, word, major = cls.name.split(".")
        return service, word, major

    @classmethod
    def type(cls) -> str:
        """The CloudEvents type: `cn.linzhang.cases.opened.v1`."""
        return TYPE_PREFIX + cls.name

    @classmethod
    def schema_urn(cls) -> str:
        """The CloudEvents dataschema: `urn:linzhang:cases.opened.v1`."""
        return SCHEMA_PREFIX + cls.name


class Fact(Message):
    """Something that has happened, told by the service that owns it.

    `aggregate` and `place` are dotted paths into the fact: what its order is kept by (the CloudEvents
    `partitionkey`), and the division whose subject it is told on.
    """

    aggregate: ClassVar[str]
    place: ClassVar[str]

    def partition_key(self) -> str:
        """What the order of facts is kept by: the CloudEvents `partitionkey`."""
        return str(attrgetter(self.aggregate)(self))

    def told_in(self) -> Division:
        """The division on whose subject the fact is told."""
        found: Division = attrgetter(self.place)(self)
        return found

    def told_on(self) -> str:
        """The subject of this fact: `cases.opened.v1.36.02.22.104.201`."""
        return f"{self.name}.{self.told_in().tokens}"

    @classmethod
    def told_under(cls, division: Division) -> str:
        """The filter that matches the subjects of this fact in a division and all below."""
        return f"{cls.name}.{division.wildcard}"


class ReferenceFact(Fact):
    """The whole present state of a thing; the stream keeps the last one of each subject for ever."""

    identity: ClassVar[str]

    def told_on(self) -> str:
        return f"{super().told_on()}.{attrgetter(self.identity)(self)}"

    @classmethod
    def told_under(cls, division: Division) -> str:
        above = super().told_under(division)
        return above if above.endswith(">") else f"{above}.*"


class Intake(Message):
    """What an outsider may post; a field it does not have is refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    family: ClassVar[str] = "intake"


class Command(Message):
    """What a person may ask for; answered by `answer`, or by a problem (RFC 9457)."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    answer: ClassVar[type[BaseModel]]
    reads_only: ClassVar[bool] = False
    """Changes nothing, so that its answer need not be kept and is fresh each time."""
    max_bytes: ClassVar[int] = MAX_COMMAND_BYTES
    """What its body may weigh."""

    @classmethod
    def subject_for(cls, actor: str, division: Division) -> str:
        """The subject that `actor` asks on, about something in or under `division`."""
        return f"cmd.{cls.name}.{actor}.{division.tokens}"


def dump(body: BaseModel) -> bytes:
    """A body as it travels: JSON in UTF-8, decimals as strings."""
    return body.model_dump_json(exclude_none=False).encode()
