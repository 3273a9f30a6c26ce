"""Uploads evidence chunk by chunk, and fetches what may be seen of it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import BinaryIO
from uuid import uuid4

from clients.python.bus import Bus
from contracts.evidence import EvidencePiece, ReadEvidence
from contracts.evidence.bucket import CHUNK_BYTES, chunks_subject, upload_of
from contracts.language.division import Division


async def upload(bus: Bus, user: str, content: BinaryIO) -> str:
    """Publish a file's bytes in chunks, each with its receipt; returns the name that the upload is to be kept by.

    Raises NotTaken where there is no room, Forbidden and as `Bus.request`; what was begun then goes by itself.
    """
    name = uuid4().hex
    while chunk := content.read(CHUNK_BYTES):
        await bus.post_raw(chunks_subject(upload_of(user, name)), chunk, {})
    return name


async def fetch(bus: Bus, sha256: str, actor: str, division: Division) -> AsyncIterator[bytes]:
    """The bytes of evidence, piece by piece. Raises Refused where the asker may not see it or it has not come."""
    place: int | None = 0
    while place is not None:
        piece = await bus.ask(ReadEvidence(sha256=sha256, place=place), actor, division, EvidencePiece)
        yield base64.b64decode(piece.content)
        place = piece.next
