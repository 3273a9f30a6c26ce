"""Where in which trace a message was sent: W3C Trace Context, level 2, 3.2."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_STATED = re.compile(
    r"(?:00(?=.{53}\Z)|(?!00|ff)[0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?\Z"
)
"""Version 00 ends with its flags; a later one may go on after them."""
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
    found = _STATED.match(stated or "")
    if found is None:
        return None
    trace_id, span_id, flags = found.groups()
    return Traceparent(trace_id, span_id, int(flags, 16) & _KNOWN_FLAGS)
