"""New ids: of messages (UUIDv7, RFC 9562) and of trace spans (W3C Trace Context)."""

from __future__ import annotations

import os
import re
import time

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})\Z")


def uuid7() -> str:
    """A UUIDv7: 48 bits of milliseconds, then random; sorts by the time it was made."""
    tail = bytearray(os.urandom(10))
    tail[0] = 0x70 | (tail[0] & 0x0F)
    tail[2] = 0x80 | (tail[2] & 0x3F)
    text = f"{time.time_ns() // 1_000_000:012x}{tail.hex()}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def child_of(traceparent: str | None) -> str:
    """A new span within the same trace, or a new trace where there is none that can be read."""
    found = _TRACEPARENT.match(traceparent or "")
    trace, flags = found.groups() if found else (os.urandom(16).hex(), "01")
    return f"00-{trace}-{os.urandom(8).hex()}-{flags}"
