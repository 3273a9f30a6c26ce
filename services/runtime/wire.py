"""Headers as they stand on the wire: written in one go, and read by one expression where ours have written them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final

from contracts.language.attributes import MAX_CHARACTERS, percent_encode
from contracts.language.envelope import SPEC_VERSION, Envelope
from contracts.language.message import JSON, Message
from services.runtime.ids import child_of

EXPECTED: Final = "Nats-Expected-Last-Sequence"

_VALUE = b"[!#$&-~]{1,%d}" % MAX_CHARACTERS
"""Printable ASCII that stands for itself: no blank, no quote, no escape."""


def _line(name: bytes, value: bytes, often: bytes = b"") -> bytes:
    return rb"(?:%b: %b\r\n)%b" % (name, value, often)


_OURS = re.compile(
    b"".join(
        (
            rb"NATS/1\.0\r\n",
            _line(b"ce-specversion", re.escape(SPEC_VERSION.encode())),
            _line(b"ce-id", b"(%b)" % _VALUE),
            _line(b"ce-time", rb"((?:19[5-9]|20\d|21\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z)"),
            _line(b"content-type", JSON.encode()),
            _line(b"Nats-Msg-Id", _VALUE),
            _line(b"ce-source", b"(%b)" % _VALUE),
            _line(b"ce-type", b"(%b)" % _VALUE),
            *(
                _line(b"ce-" + name, b"(%b)" % _VALUE, b"?")
                for name in (b"dataschema", b"partitionkey", b"correlationid", b"causationid", b"traceparent")
            ),
            _line(b"ce-sequence", rb"(\d{1,20})", b"?"),
            _line(EXPECTED.encode(), rb"\d+", b"?"),
            rb"\r\n\Z",
        )
    )
)


def block_of(headers: Mapping[str, str]) -> bytes:
    """The block of headers that a message is published with."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"NATS/1.0\r\n{lines}\r\n".encode("utf-8", "surrogateescape")


@cache
def _of_kind(message: type[Message], source: str) -> str:
    return f"ce-source: {source}\r\nce-type: {message.type()}\r\nce-dataschema: {message.schema_urn()}\r\n"


def begun(
    message: type[Message],
    source: str,
    message_id: str,
    at: datetime,
    key: str | None,
    cause: Envelope | None,
    within: str | None,
) -> str:
    """The block of a message that is about to be written down: what `to_headers` says of it, but for its sequence.

    `within` is the `traceparent` of what makes it.
    """
    kept = "" if key is None else f"ce-partitionkey: {percent_encode(key)}\r\n"
    if cause is None:
        caused = f"ce-correlationid: {message_id}\r\n"
    else:
        first = percent_encode(cause.correlationid or cause.id)
        caused = f"ce-correlationid: {first}\r\nce-causationid: {percent_encode(cause.id)}\r\n"
    return (
        f"NATS/1.0\r\nce-specversion: {SPEC_VERSION}\r\nce-id: {message_id}\r\n"
        f"ce-time: {at.astimezone(UTC).isoformat().replace('+00:00', 'Z')}\r\ncontent-type: {JSON}\r\n"
        f"Nats-Msg-Id: {message_id}\r\n{_of_kind(message, source)}{kept}{caused}ce-traceparent: {child_of(within)}\r\n"
    )


def ended(begun: str, sequence: int | None, after: int | None = None) -> bytes:
    """The whole block: with the sequence in its aggregate, and that after which its stream shall take it."""
    counted = "" if sequence is None else f"ce-sequence: {sequence:020d}\r\n"
    bound = "" if after is None else f"{EXPECTED}: {after}\r\n"
    return f"{begun}{counted}{bound}\r\n".encode()


def envelope_in(block: bytes) -> Envelope | None:
    """The envelope of a header block that is written as ours are; None of any other, whether it is right or not."""
    found = _OURS.match(block)
    if found is None:
        return None
    id, time, source, type_, *others, sequence = found.groups()
    try:
        at = datetime.fromisoformat(time.decode())
    except ValueError:
        return None
    dataschema, partitionkey, correlationid, causationid, traceparent = (_text(one) for one in others)
    return Envelope(
        id=id.decode(),
        source=source.decode(),
        type=type_.decode(),
        time=at,
        dataschema=dataschema,
        sequence=None if sequence is None else int(sequence),
        partitionkey=partitionkey,
        correlationid=correlationid,
        causationid=causationid,
        traceparent=traceparent,
    )


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
