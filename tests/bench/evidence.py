"""Evidence put and fetched again, by an office of a running system, beside the bus's own object store."""

from __future__ import annotations

import hashlib
import io
import random
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

from nats.js.object_store import ObjectStore

from clients.python.bus import Bus, connected
from clients.python.evidence import fetch, upload
from contracts.evidence import KeepEvidence, KeptEvidence
from contracts.language.evidence import Evidence
from deploy.local.home import Run
from tests.bench.bare import Bare
from tests.bench.rig import COUNTY, OFFICE

SIZE_BYTES = 2_000_000
"""A photograph of a phone."""
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
Took = dict[str, list[float]]
"""Milliseconds of each, by way."""


async def put_and_get(run: Run, bare: Bare, count: int) -> tuple[Took, Took]:
    """Photographs one after the other, ours and the floor's in turns; first how long puts take, then gets."""
    put_ms: Took = {"ours": [], "floor": []}
    get_ms: Took = {"ours": [], "floor": []}
    client = await bare.connect()
    store = await client.jetstream().create_object_store(f"bench-{uuid4().hex[:8]}")
    try:
        async with connected(run.url(OFFICE), OFFICE) as bus:
            for n in range(count):
                content = _photograph(n)
                put_ms["ours"].append(await _took_ms(lambda content=content: _put(bus, content)))
                put_ms["floor"].append(await _took_ms(lambda content=content: store.put(_hash(content), content)))
            for n in range(count):
                content = _photograph(n)
                get_ms["ours"].append(await _took_ms(lambda content=content: _get(bus, content)))
                get_ms["floor"].append(await _took_ms(lambda content=content: _bare_get(store, content)))
    finally:
        await client.close()
    return put_ms, get_ms


def _photograph(n: int) -> bytes:
    return JPEG + random.Random(n).randbytes(SIZE_BYTES - len(JPEG))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def _took_ms(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return (time.perf_counter() - started) * 1000


async def _put(bus: Bus, content: bytes) -> None:
    """Until it is kept: its bytes have been looked at against what was said of them."""
    name = await upload(bus, OFFICE, io.BytesIO(content))
    stated = Evidence(sha256=_hash(content), media_type="image/jpeg", size_bytes=len(content))
    asked = KeepEvidence(upload=name, evidence=stated)
    kept = await bus.ask(asked, OFFICE, COUNTY, KeptEvidence, timeout=60)
    assert kept.anew


async def _get(bus: Bus, content: bytes) -> None:
    assert b"".join([part async for part in fetch(bus, _hash(content), OFFICE, COUNTY)]) == content


async def _bare_get(store: ObjectStore, content: bytes) -> None:
    assert (await store.get(_hash(content))).data == content
