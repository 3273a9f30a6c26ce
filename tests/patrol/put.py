"""Evidence for tests, and a bus that it is put to."""

import base64
import hashlib
import io
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from clients.python.bus import connected
from clients.python.evidence import upload
from contracts.evidence import (
    EvidenceUpload,
    ReadEvidence,
)
from contracts.evidence.bucket import CHUNK_BYTES
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.language.evidence import Evidence
from services.patrol.evidence.clock import let_go, sweep
from services.patrol.service import patrol
from services.runtime.messages import Refused
from services.runtime.replica.objects import Objects
from services.runtime.transaction import Transaction
from tests.patrol.areas_and_reports import NOW, STATED
from tests.servers import transaction
from tests.telling import answered, asking, connect, hear, heard

DAY, HOUR, MOMENT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
COUNTY, ELSEWHERE = Division("360222000000"), Division("360281000000")
JPEG, PNG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
PHOTO = JPEG + b"a" * (2 * CHUNK_BYTES)
"""In three chunks."""


def evidence_of(content, media_type="image/jpeg", **other):
    stated = {"sha256": hashlib.sha256(content).hexdigest(), "media_type": media_type, "size_bytes": len(content)}
    return Evidence(**{**stated, **other})


class Store:
    """The bus of a test, with patrol's connection to it."""

    def __init__(self, bus, patrol_client):
        self.bus, self.objects = bus, Objects(patrol_client)

    async def put(self, content, user="acme"):
        async with connected(self.bus.url(user), user) as uploading:
            return await upload(uploading, user, io.BytesIO(content))

    async def says(self, tx, content, user="acme", evidence=None, name=None):
        """What patrol makes of a whole upload by an integrator."""
        name = await self.put(content, user) if name is None else name
        body = EvidenceUpload(upload=name, evidence=evidence or evidence_of(content))
        return await hear(patrol, tx, [heard(body, user)])

    async def uploads(self):
        return sorted(await self.objects.uploads())


@asynccontextmanager
async def reached(bus):
    client = await connect(bus, "patrol")
    yield Store(bus, client)
    await client.close()


@asynccontextmanager
async def keeping(dsn, store):
    """A transaction in which the ground is known, with a store beside it."""
    async with transaction(dsn, NOW, partial(Transaction, store=store.objects)) as tx:
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])
        yield tx


def codes(news):
    (refused,) = news
    assert isinstance(refused, Refused)
    return [(one.field, one.code) for one in refused.problems]


async def read(tx, sha256, actor=OPERATOR, division=UNKNOWN):
    found, place = b"", 0
    while place is not None:
        answer = (await answered(patrol, tx, asking(ReadEvidence(sha256=sha256, place=place), actor, division))).body
        found += base64.b64decode(answer.content)
        place = answer.next
    return found


async def swept(tx, at):
    tx.now = at
    return await sweep(tx)


async def at(tx, when):
    tx.now = when
    return [(one.reason, one.sha256) for one in await let_go(tx)]
