"""What every message has in common: its name, its subject, and its CloudEvents envelope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote_to_bytes

from pydantic import BaseModel, ConfigDict

from contracts.division import Division
from contracts.values import NO_NUL, Value

SPEC_VERSION = "1.0"
JSON = "application/json"
TYPE_PREFIX = "cn.linzhang."
SCHEMA_PREFIX = "urn:linzhang:"
MAX_MESSAGE_BYTES = 1024 * 1024
"""The largest body that a stream takes; the server itself takes 2 MB, so that the receipt can say so."""

NAME = re.compile(r"(?P<service>[a-z]+)\.(?P<word>[a-z0-9_]+)\.v(?P<major>[1-9][0-9]*)\Z")


class Message(Value):
    """Anything with a name of its own on the bus: `<service>.<word>.v<major>`."""

    name: ClassVar[str]

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

    model_config = ConfigDict(frozen=True, extra="forbid")
    family: ClassVar[str] = "intake"


class Command(Message):
    """What a person may ask for; answered by `answer`, or by a problem (RFC 9457)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    answer: ClassVar[type[BaseModel]]
    reads_only: ClassVar[bool] = False
    """Changes nothing, so that its answer need not be kept and is fresh each time."""

    @classmethod
    def subject_for(cls, actor: str, division: Division) -> str:
        """The subject that `actor` asks on, about something in or under `division`."""
        return f"cmd.{cls.name}.{actor}.{division.tokens}"


class EnvelopeRefused(ValueError):
    """Headers that are no CloudEvents binary-mode envelope: which header, and which rule."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Envelope:
    """The CloudEvents 1.0 attributes of a message, with the extensions of DESIGN §3.

    `sequence` counts within `partitionkey`; `correlationid` is shared by all that follows from one first message,
    `causationid` is the id of the message that this one answers.
    """

    id: str
    source: str
    type: str
    time: datetime
    dataschema: str | None = None
    subject: str | None = None
    sequence: int | None = None
    partitionkey: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None

    def caused(self, by: Envelope) -> Self:
        """The same envelope as a consequence of `by`."""
        return replace(self, correlationid=by.correlationid or by.id, causationid=by.id, traceparent=by.traceparent)


_PLAIN = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"%')
_SAFE = re.compile(r"[!#-$&-~]*\Z")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TEXT = ("source", "type", "dataschema", "subject", "partitionkey", "correlationid", "causationid", "traceparent")


def percent_encode(value: str) -> str:
    """Encode an attribute for a header: space, quote, percent and all outside printable ASCII as %XX of UTF-8.

    Source: CloudEvents HTTP binding 3.1.3.2, to which the NATS binding's binary mode corresponds.
    """
    return value if _SAFE.match(value) else quote(value, safe=_PLAIN)


def percent_decode(field: str, value: str) -> str:
    """Undo `percent_encode`; surrounding double quotes are taken off. Raises EnvelopeRefused."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    if "%" not in value:
        return value
    if _BAD_ESCAPE.search(value):
        raise EnvelopeRefused(field, "a percent sign is followed by two hexadecimal digits")
    try:
        return unquote_to_bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        raise EnvelopeRefused(field, "percent-encoded bytes must be UTF-8") from None


def to_headers(envelope: Envelope) -> dict[str, str]:
    """The envelope as NATS headers (CloudEvents binary mode); `ce-id` is also `Nats-Msg-Id`."""
    headers = {
        "ce-specversion": SPEC_VERSION,
        "ce-id": percent_encode(envelope.id),
        "ce-time": envelope.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "content-type": JSON,
        "Nats-Msg-Id": percent_encode(envelope.id),
    }
    for name in _TEXT:
        value = getattr(envelope, name)
        if value is not None:
            headers["ce-" + name] = percent_encode(value)
    if envelope.sequence is not None:
        headers["ce-sequence"] = f"{envelope.sequence:020d}"
    return headers


def from_headers(headers: Mapping[str, str] | None) -> Envelope:
    """Read the envelope of a binary-mode message; header names in any case.

    Raises EnvelopeRefused naming the header and the rule: required attributes, specversion, time, encoding,
    structured mode.
    """
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    content_type = lower.get("content-type", JSON).partition(";")[0].strip().lower()
    if content_type.startswith("application/cloudevents"):
        raise EnvelopeRefused("content-type", "structured mode is not taken: send the attributes as ce- headers")
    if content_type != JSON:
        raise EnvelopeRefused("content-type", f"the body must be {JSON}")
    found = {name[3:]: percent_decode(name, value) for name, value in lower.items() if name.startswith("ce-")}
    for required in ("specversion", "id", "source", "type", "time"):
        if not found.get(required):
            raise EnvelopeRefused(f"ce-{required}", "is required and must not be empty")
    if found["specversion"] != SPEC_VERSION:
        raise EnvelopeRefused("ce-specversion", f"must be {SPEC_VERSION}")
    if len(found["id"]) > 256 or "\0" in found["id"]:
        raise EnvelopeRefused("ce-id", "must be at most 256 characters, none of them NUL")
    sequence = found.get("sequence")
    if sequence is not None and not (sequence.isascii() and sequence.isdigit() and len(sequence) <= 20):
        raise EnvelopeRefused("ce-sequence", "must be a decimal number of at most 20 digits")
    return Envelope(
        id=found["id"],
        time=_time(found["time"]),
        sequence=None if sequence is None else int(sequence),
        **{name: found.get(name) for name in _TEXT},  # type: ignore[arg-type]
    )


_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})\Z")


def _time(value: str) -> datetime:
    rule = "must be an RFC 3339 time with its offset"
    if not _RFC3339.match(value):
        raise EnvelopeRefused("ce-time", rule)
    try:
        return datetime.fromisoformat(value.upper().replace("Z", "+00:00"))
    except ValueError:
        raise EnvelopeRefused("ce-time", rule) from None


def check_agreement(envelope: Envelope, message: type[Message], subject: str, source: str) -> None:
    """Refuse a message whose type, source and subject do not say the same (DESIGN §3)."""
    if envelope.type != message.type():
        raise EnvelopeRefused("ce-type", f"must be {message.type()} on the subject {subject}")
    if envelope.source != source:
        raise EnvelopeRefused("ce-source", f"must be {source} on the subject {subject}")


def dump(body: BaseModel) -> bytes:
    """A body as it travels: JSON in UTF-8, decimals as strings."""
    return body.model_dump_json(exclude_none=False).encode()


def describe(error: Mapping[str, Any]) -> dict[str, str]:
    """One pydantic error as the field and the rule that it breaks."""
    field = ".".join(str(part) for part in error["loc"]) or "body"
    if NO_NUL in str(error["msg"]):
        return {"field": field, "rule": "must not contain the NUL character"}
    return {"field": field, "rule": str(error["msg"]).removeprefix("Value error, ")}
