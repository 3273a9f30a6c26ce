"""What has come of an upload, and whether that is what its giver says of it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from contracts.evidence.media import KNOWN, READS_BYTES, media_types
from contracts.language.evidence import Evidence
from contracts.language.intake import Problem
from contracts.language.rules import broken


@dataclass(frozen=True, slots=True)
class Come:
    """The bytes of an upload: their hash, how many in how many chunks, where the last stands, and how they begin."""

    sha256: str
    size_bytes: int
    chunks: int
    last_place: int
    head: bytes


async def read(pieces: AsyncIterator[tuple[bytes, int]], most_bytes: int, most_chunks: int | None = None) -> Come:
    """Look at each piece once; no further than a piece behind what may come at most, or than so many."""
    digest, size, chunks, place, head = hashlib.sha256(), 0, 0, 0, b""
    async for piece, place in pieces:  # noqa: B007  the last is told
        digest.update(piece)
        size += len(piece)
        chunks += 1
        head += piece[: READS_BYTES - len(head)]
        if size > most_bytes or chunks == most_chunks:
            break
    return Come(digest.hexdigest(), size, chunks, place, head)


def too_large(stated: Evidence, most_bytes: int) -> Iterator[Problem]:
    """Whether it is more than may come: its bytes need not be read."""
    if stated.size_bytes > most_bytes:
        yield Problem.of("evidence.size_bytes", broken("evidence_at_most", most=most_bytes))


def unlike(stated: Evidence, come: Come) -> Iterator[Problem]:
    """What is not as it was said."""
    if not come.chunks:
        yield Problem.of("upload", broken("evidence_not_come"))
        return
    if come.size_bytes != stated.size_bytes:
        yield Problem.of("evidence.size_bytes", broken("evidence_size", found=come.size_bytes))
    elif come.sha256 != stated.sha256:
        yield Problem.of("evidence.sha256", broken("evidence_hash", found=come.sha256))
    found = media_types(come.head)
    if not found:
        yield Problem.of("evidence.media_type", broken("evidence_unknown_media", known=", ".join(KNOWN)))
    elif stated.media_type not in found:
        yield Problem.of("evidence.media_type", broken("evidence_media", found=", ".join(found)))
