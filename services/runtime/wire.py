"""Headers as they stand on the wire, read by one expression where they are written as our own programs write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from contracts.language.attributes import MAX_CHARACTERS
from contracts.language.envelope import SPEC_VERSION, Envelope
from contracts.language.message import JSON

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
            _line(b"Nats-Expected-Last-Sequence", rb"\d+", b"?"),
            rb"\r\n\Z",
        )
    )
)


def block_of(headers: Mapping[str, str]) -> bytes:
    """The block of headers that a message is published with."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"NATS/1.0\r\n{lines}\r\n".encode("utf-8", "surrogateescape")


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
