"""New ids: of messages (UUIDv7, RFC 9562) and of trace spans (W3C Trace Context).

They must not meet, but they are no secrets: each process draws from one seed of the system's, without asking it again.
"""

from __future__ import annotations

import random
import re
import time

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})\Z")


def uuid7() -> str:
    """A UUIDv7: 48 bits of milliseconds, then random; sorts by the time it was made."""
    time_ms, drawn = time.time_ns() // 1_000_000, random.getrandbits(74)
    high, low = drawn >> 62, drawn & (1 << 62) - 1
    text = f"{time_ms:012x}{0x7000 | high:04x}{1 << 63 | low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def child_of(traceparent: str | None) -> str:
    """A new span within the same trace, or a new trace where there is none that can be read."""
    found = _TRACEPARENT.match(traceparent or "")
    trace, flags = found.groups() if found else (f"{random.getrandbits(128):032x}", "01")
    return f"00-{trace}-{random.getrandbits(64):016x}-{flags}"
