"""What bytes are, as their beginning says it: the table of media types that evidence may have."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_STATED: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
READS_BYTES: int = _STATED["reads_bytes"]
"""So many bytes of the beginning are enough to tell."""


@dataclass(frozen=True, slots=True)
class Media:
    """Media types whose bytes begin alike: each place has one of some texts of bytes."""

    types: tuple[str, ...]
    begins: tuple[tuple[int, tuple[bytes, ...]], ...]

    def fits(self, head: bytes) -> bool:
        return all(any(head.startswith(text, at) for text in texts) for at, texts in self.begins)


MEDIA = tuple(
    Media(
        tuple(one["types"]),
        tuple((part["at"], tuple(text.encode("latin-1") for text in part["is"])) for part in one["begins"]),
    )
    for one in _STATED["media"]
)
SUFFIXES: dict[str, str] = _STATED["suffixes"]
"""How the name of a file ends that says its media type: each has one of its own."""
KNOWN = tuple(dict.fromkeys(name for one in MEDIA for name in one.types))


def media_types(head: bytes) -> tuple[str, ...]:
    """What bytes that begin so may be called, the usual name first; empty where the table does not know them."""
    return tuple(dict.fromkeys(name for one in MEDIA if one.fits(head) for name in one.types))


def named_type(name: str) -> str | None:
    """The media type that the name of a file says; None where no type of the table has names that end so."""
    found = (media_type for media_type, suffix in SUFFIXES.items() if name.lower().endswith(suffix))
    return next(found, None)
