"""Photographs of the demo: offices put them in the store and fetch them again; what is not as was said is refused."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from random import Random

from clients.python.evidence import fetch, upload
from clients.python.refused import Refused
from contracts.evidence import KeepEvidence, KeptEvidence
from contracts.language.division import Division
from contracts.language.evidence import Evidence
from demo.in_depth.planned import Planned
from demo.people import People

PUT, FETCHED = 7, 16
OF_A_COUNTY = 3
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"


class Photographs:
    """Three of each county; the first is put twice, and its hash is claimed for other bytes."""

    def __init__(self, counties: list[Division], seed: int, planned: Planned) -> None:
        draw = Random(seed + 7)
        self._of = {
            county: [JPEG + draw.randbytes(20_000 + 10_000 * n) for n in range(OF_A_COUNTY)] for county in counties
        }
        planned.photographs |= {_hash(one): len(one) for its in self._of.values() for one in its}
        self.came: Counter[str] = Counter()
        """How many were kept, kept before, refused for not being what was said of them."""
        self.fetched: dict[str, int] = {}
        """The bytes that came of each hash, where they have that hash."""

    async def act(self, step: int, people: People) -> None:
        for county, its in self._of.items():
            office = f"p-{county}-office"
            if step == PUT:
                for content in (*its, its[0]):
                    kept = await self._put(people, office, county, content, _hash(content))
                    self.came["kept" if kept.anew else "kept_before"] += 1
                try:
                    await self._put(people, office, county, its[1] + b"x", _hash(its[1] + b"y"))
                except Refused as refused:
                    self.came["refused"] += refused.problem.status == 422
            elif step == FETCHED:
                bus = await people.bus(office)
                for content in its:
                    sha256 = _hash(content)
                    come = b"".join([part async for part in fetch(bus, sha256, office, county)])
                    if _hash(come) == sha256:
                        self.fetched[sha256] = len(come)

    async def _put(self, people: People, office: str, county: Division, content: bytes, sha256: str) -> KeptEvidence:
        name = await upload(await people.bus(office), office, io.BytesIO(content))
        stated = Evidence(sha256=sha256, media_type="image/jpeg", size_bytes=len(content))
        return await people.ask(KeepEvidence(upload=name, evidence=stated), office, county, KeptEvidence)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
