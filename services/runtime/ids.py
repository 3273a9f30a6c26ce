"""New ids: of messages (UUIDv7, RFC 9562) and of trace spans (W3C Trace Context).

They must not meet, but they are no secrets: each process draws from one seed of the system's, without asking it again.
"""

from __future__ import annotations

import random
import re
import time

from contracts.language.attributes import Traceparent, read_traceparent

_OURS = re.compile(r"00-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-(0[0-3])\Z")
"""As we write it; all else is read by the contract."""


def uuid7() -> str:
    """A UUIDv7: 48 bits of milliseconds, then random; sorts by the time it was made."""
    time_ms, drawn = time.time_ns() // 1_000_000, random.getrandbits(74)
    high, low = drawn >> 62, drawn & (1 << 62) - 1
    text = f"{time_ms:012x}{0x7000 | high:04x}{1 << 63 | low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def child_of(traceparent: str | None) -> str:
    """A new span within the same trace, or a new trace where there is none that can be read."""
    if ours := _OURS.match(traceparent or ""):
        return f"00-{ours[1]}-{span_id()}-{ours[2]}"
    parent = read_traceparent(traceparent)
    return str(parent._replace(span_id=span_id()) if parent else begun_trace(sampled=True))


def begun_trace(*, sampled: bool) -> Traceparent:
    """The first span of a new trace."""
    return Traceparent(f"{random.getrandbits(128):032x}", span_id(), int(sampled))


def span_id() -> str:
    return f"{random.getrandbits(64):016x}"
