"""The attributes of an envelope in headers: their encoding, their characters and their length."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import quote, unquote_to_bytes

from contracts.language.rules import Rule, broken

MAX_CHARACTERS = 256
"""Of each attribute. Percent-encoded one takes 3 kB at most, so that what it causes fits under the bus's 64 kB."""

_PLAIN = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"%')
_SAFE = re.compile(r"[!#-$&-~]*\Z")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_NOT_UTF_8 = re.compile("[\ud800-\udfff]")


class AttributeRefused(ValueError):
    """A value that no attribute may have, by this rule."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self.rule = rule


def percent_encode(value: str) -> str:
    """Encode an attribute for a header: space, quote, percent and all outside printable ASCII as %XX of UTF-8.

    Source: CloudEvents HTTP binding 3.1.3.2, to which the NATS binding's binary mode corresponds.
    """
    return value if _SAFE.match(value) else quote(value, safe=_PLAIN)


def percent_decode(value: str) -> str:
    """Undo `percent_encode`; surrounding double quotes are taken off. Raises AttributeRefused."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    if "%" not in value:
        return value
    if _BAD_ESCAPE.search(value):
        raise AttributeRefused(broken("header_escape"))
    try:
        return unquote_to_bytes(value).decode("utf-8")
    except UnicodeError:
        raise AttributeRefused(broken("header_escaped_utf8")) from None


def read_attribute(value: str) -> str:
    """An attribute out of its header: a CloudEvents string (1.0.2, type system). Raises AttributeRefused."""
    if _NOT_UTF_8.search(value):
        raise AttributeRefused(broken("header_utf8"))
    found = percent_decode(value)
    if len(found) > MAX_CHARACTERS:
        raise AttributeRefused(broken("header_long", most=MAX_CHARACTERS))
    if _FORBIDDEN.search(found):
        raise AttributeRefused(broken("header_control"))
    return found


def once_each(headers: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """The headers by their names in lower case, and the names that stand there more than once in any case.

    A reader that has seen one name twice says so as `repeated`.
    """
    lower: dict[str, str] = {}
    repeated = set(getattr(headers, "repeated", ()))
    for name, value in headers.items():
        if name.lower() in lower:
            repeated.add(name.lower())
        lower[name.lower()] = value
    return lower, repeated


_TRACEPARENT = re.compile(
    r"(?:00(?=.{53}\Z)|(?!00|ff)[0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?\Z"
)
"""W3C Trace Context, level 2, 3.2: version 00 ends with its flags; a later one may go on after them."""
_KNOWN_FLAGS: Final = 0b11
_SAMPLED: Final = 0b01


class Traceparent(NamedTuple):
    """A span, and whether its sender has recorded it. As text it is of version 00, with the flags that are known."""

    trace_id: str
    span_id: str
    flags: int

    @property
    def is_sampled(self) -> bool:
        return bool(self.flags & _SAMPLED)

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"


def read_traceparent(stated: str | None) -> Traceparent | None:
    """What a `traceparent` says; None where it breaks a rule, so that whoever is asked begins a trace of their own."""
    found = _TRACEPARENT.match(stated or "")
    if found is None:
        return None
    trace_id, span_id, flags = found.groups()
    return Traceparent(trace_id, span_id, int(flags, 16) & _KNOWN_FLAGS)
