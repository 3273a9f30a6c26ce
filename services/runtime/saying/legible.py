"""Any text as one line that can be stored, told and shown, whatever stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ILLEGIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def legible(text: str, at_most: int) -> str:
    """The text with what no line can show as `\\xff` or `\\u202e`, cut at so many characters.

    Lone surrogates stand for bytes that are no UTF-8, as `clients.python.connection` reads them.
    """
    shown = _ILLEGIBLE.sub(_escaped, text[: at_most + 1])
    return shown if len(shown) <= at_most else shown[: at_most - 1] + "…"


def legible_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """All headers of a message; the server's own limit bounds them."""
    return {legible(name, 1000): legible(value, 65_536) for name, value in headers.items()}


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
