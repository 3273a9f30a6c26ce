"""The object store of the bus, as the one service that owns it reads, names and empties it."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import nats
from nats.aio.client import Client

from contracts.evidence.bucket import BUCKET, CHUNK_BYTES, CHUNKS, META, STREAM, chunks_subject, meta_subject
from contracts.language.evidence import Evidence
from services.runtime.failure import StoreAway

ANSWERS_WITHIN_S = 5.0
_NO_MESSAGE = 10037
"""The server's error code where a stream has no such message."""


class Objects:
    """All is asked of the stream's leader: a replica may not have yet what its sender has a receipt for."""

    def __init__(self, bus: Client) -> None:
        self._bus = bus

    async def pieces(self, upload: str) -> AsyncIterator[tuple[bytes, int]]:
        """The chunks of an upload in their order, each with its place. Raises StoreAway, as all here do."""
        place = 0
        while (found := await self.piece(upload, place + 1)) is not None:
            yield found
            place = found[1]

    async def piece(self, upload: str, place: int) -> tuple[bytes, int] | None:
        """The first chunk of an upload from a place of the stream on, and where it stands."""
        found = await self._message({"seq": max(place, 1), "next_by_subj": chunks_subject(upload)})
        return None if found is None else (base64.b64decode(found.get("data", "")), found["seq"])

    async def has(self, upload: str) -> bool:
        return await self._message({"last_by_subj": chunks_subject(upload)}) is not None

    async def state(self, evidence: Evidence, upload: str, chunks: int, at: datetime) -> None:
        """Say what an upload is, so that every client of an object store finds it by its hash."""
        digest = base64.urlsafe_b64encode(bytes.fromhex(evidence.sha256)).decode()
        stated = {
            "name": evidence.sha256,
            "metadata": {"media_type": evidence.media_type},
            "options": {"max_chunk_size": CHUNK_BYTES},
            "bucket": BUCKET,
            "nuid": upload,
            "size": evidence.size_bytes,
            "chunks": chunks,
            "digest": f"SHA-256={digest}",
            "mtime": at.isoformat(),
        }
        await self._ask(meta_subject(evidence.sha256), json.dumps(stated).encode())

    async def stated(self, sha256: str) -> dict[str, Any] | None:
        """What was said of the object with this hash."""
        found = await self._message({"last_by_subj": meta_subject(sha256)})
        return None if found is None else json.loads(base64.b64decode(found["data"]))

    async def drop(self, upload: str, sha256: str | None = None) -> None:
        """Delete the chunks of an upload, and what was said of it."""
        await self._api("STREAM.PURGE", {"filter": chunks_subject(upload)})
        if sha256 is not None:
            await self.unsay(sha256)

    async def unsay(self, sha256: str) -> None:
        """Delete what was said of the object with this hash."""
        await self._api("STREAM.PURGE", {"filter": meta_subject(sha256)})

    async def uploads(self) -> list[str]:
        """Every upload of which there are chunks."""
        return [subject.removeprefix(f"{CHUNKS}.") for subject in await self._subjects(f"{CHUNKS}.>")]

    async def names(self) -> list[str]:
        """The subjects on which it stands what objects are."""
        return await self._subjects(f"{META}.>")

    async def _subjects(self, matching: str) -> list[str]:
        found: list[str] = []
        while True:
            told = await self._api("STREAM.INFO", {"subjects_filter": matching, "offset": len(found)})
            page = list(told["state"].get("subjects") or ())
            found += page
            if not page or len(found) >= told.get("total", 0):
                return found

    async def _message(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        told = await self._api("STREAM.MSG.GET", wanted, missing=_NO_MESSAGE)
        found: dict[str, Any] | None = told.get("message")
        return found

    async def _api(self, what: str, asked: dict[str, Any], missing: int = 0) -> dict[str, Any]:
        return await self._ask(f"$JS.API.{what}.{STREAM}", json.dumps(asked).encode(), missing)

    async def _ask(self, subject: str, body: bytes, missing: int = 0) -> dict[str, Any]:
        try:
            reply = await self._bus.request(subject, body, timeout=ANSWERS_WITHIN_S)
        except (nats.errors.Error, OSError) as error:
            raise StoreAway(f"the object store: {type(error).__name__}") from None
        told: dict[str, Any] = json.loads(reply.data)
        refused = told.get("error")
        if refused and refused.get("err_code") != missing:
            raise StoreAway(f"the object store: {refused.get('description')}")
        return told
