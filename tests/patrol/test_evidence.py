"""Evidence: its bytes are checked against what is said of them, kept once, as long as its case, and no longer."""

import base64
import hashlib
import io
from datetime import UTC, datetime, timedelta
from functools import partial

import nats
import pytest

from clients.python.bus import connected
from clients.python.evidence import upload
from contracts.cases import CaseClosed, CaseRelapsed, CaseReopened
from contracts.evidence import (
    EvidenceGone,
    EvidenceKept,
    EvidenceUpload,
    KeepEvidence,
    ListEvidence,
    ReadEvidence,
    ShowEvidence,
    WhyGone,
)
from contracts.evidence.bucket import BUCKET, CHUNK_BYTES, STREAM, chunks_subject, upload_of
from contracts.evidence.media import KNOWN, media_types
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.language.evidence import Evidence
from contracts.roster import BoardStated, Register
from services.patrol.evidence.clock import let_go, sweep
from services.patrol.service import patrol
from services.runtime.breaker import is_away
from services.runtime.failure import StoreAway
from services.runtime.messages import Refused
from services.runtime.problem import Problem
from services.runtime.replica.objects import Objects
from services.runtime.transaction import Transaction
from tests.cases import county
from tests.patrol.areas_and_reports import NOW, STATED, reported
from tests.roster import entries
from tests.servers import transaction
from tests.telling import answered, asking, connect, hear, heard

pytestmark = pytest.mark.served
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


@pytest.fixture
async def store(bus):
    client = await connect(bus, "patrol")
    yield Store(bus, client)
    await client.close()


@pytest.fixture
async def tx(dsn, store):
    async with transaction(dsn, NOW, partial(Transaction, store=store.objects)) as tx:
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])
        yield tx


def codes(news):
    (refused,) = news
    assert isinstance(refused, Refused)
    return [(one.field, one.code) for one in refused.problems]


async def test_what_an_integrator_uploads_is_kept_told_and_readable_by_any_client_of_an_object_store(tx, store, bus):
    ((_, told),) = await store.says(tx, PHOTO)
    assert told == EvidenceKept(evidence=evidence_of(PHOTO), given_by="acme", kept_at=NOW, division=UNKNOWN)
    provisioner = await nats.connect(bus.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    shelf = await provisioner.jetstream().object_store(BUCKET)
    found = await shelf.get(told.evidence.sha256)
    assert (found.data == PHOTO, found.info.size, found.info.chunks) == (True, len(PHOTO), 3)
    await provisioner.close()


async def test_the_same_bytes_twice_are_one_and_told_once(tx, store):
    ((_, told),) = await store.says(tx, PHOTO)
    assert await store.says(tx, PHOTO) == []
    assert await store.says(tx, PHOTO, "other") == []
    assert await tx.sql.fetchval("SELECT count(*) FROM evidence") == 1
    assert await store.says(tx, PHOTO, evidence=told.evidence, name="never-uploaded") == []


@pytest.mark.parametrize(
    ("content", "stated", "refused"),
    [
        (PHOTO, {"sha256": "0" * 64}, [("evidence.sha256", "evidence_hash")]),
        (PHOTO, {"size_bytes": len(PHOTO) + 1}, [("evidence.size_bytes", "evidence_size")]),
        (PHOTO, {"size_bytes": len(PHOTO) - 1}, [("evidence.size_bytes", "evidence_size")]),
        (PHOTO, {"media_type": "image/png"}, [("evidence.media_type", "evidence_media")]),
        (PNG, {"media_type": "image/jpeg", "sha256": "0" * 64},
         [("evidence.sha256", "evidence_hash"), ("evidence.media_type", "evidence_media")]),
        (b"<html>", {"media_type": "text/html"}, [("evidence.media_type", "evidence_unknown_media")]),
        (PHOTO, {"size_bytes": 100 * 1024**2 + 1}, [("evidence.size_bytes", "evidence_at_most")]),
        (b"", {"size_bytes": 1}, [("upload", "evidence_not_come")]),
    ],
)  # fmt: skip
async def test_bytes_that_are_not_what_was_said_of_them_are_refused_by_field_and_rule(
    tx, store, content, stated, refused
):
    news = await store.says(tx, content, evidence=evidence_of(content, **{"media_type": "image/jpeg", **stated}))
    assert codes(news) == refused
    assert await tx.sql.fetchval("SELECT count(*) FROM evidence") == 0


async def test_what_is_kept_is_not_said_to_be_something_else(tx, store):
    await store.says(tx, PHOTO)
    news = await store.says(tx, PHOTO, evidence=evidence_of(PHOTO, media_type="image/png"))
    assert codes(news) == [("evidence", "evidence_kept_as")]


async def test_another_gives_no_bytes_in_the_name_of_a_giver(tx, store):
    name = await store.put(PHOTO, "other")
    news = await hear(patrol, tx, [heard(EvidenceUpload(upload=name, evidence=evidence_of(PHOTO)), "acme")])
    assert codes(news) == [("upload", "evidence_not_come")]


async def test_what_a_giver_sends_after_it_was_kept_is_no_part_of_it_and_takes_nothing_away(tx, store, bus):
    name = await store.put(PHOTO)
    await store.says(tx, PHOTO, name=name)
    acme = await connect(bus, "acme")
    stream, subject = acme.jetstream(prefix="FOREST.API"), chunks_subject(upload_of("acme", name))
    await stream.publish(subject, b"more")
    for rolled in ("sub", "all"):
        with pytest.raises(nats.js.errors.APIError, match="rollup not permitted"):
            await stream.publish(subject, b"more", headers={"Nats-Rollup": rolled})
    await acme.close()
    assert await read(tx, evidence_of(PHOTO).sha256) == PHOTO


async def test_an_upload_that_goes_on_after_it_was_kept_is_nothing_new_and_stops_no_sweep(tx, store, bus):
    name = await store.put(PHOTO)
    await store.says(tx, PHOTO, name=name)
    acme = await connect(bus, "acme")
    await acme.jetstream(prefix="FOREST.API").publish(chunks_subject(upload_of("acme", name)), b"more")
    await acme.close()
    assert codes(await store.says(tx, PHOTO + b"more", name=name)) == [("upload", "evidence_upload_used")]
    # Said all the same by a service of before, and found when table and store are compared.
    await tx.objects.state(evidence_of(PHOTO + b"more"), upload_of("acme", name), 4, NOW)
    assert await swept(tx, NOW) == []
    assert await tx.sql.fetchval("SELECT count(*) FROM evidence") == 1
    assert await read(tx, evidence_of(PHOTO).sha256) == PHOTO


async def test_a_store_that_is_away_is_no_database_that_is(tx, bus):
    nowhere = Objects(await connect(bus, "targets"))
    with pytest.raises(StoreAway) as away:
        await nowhere.uploads()
    assert not is_away(away.value)


async def read(tx, sha256, actor=OPERATOR, division=UNKNOWN):
    found, place = b"", 0
    while place is not None:
        answer = (await answered(patrol, tx, asking(ReadEvidence(sha256=sha256, place=place), actor, division))).body
        found += base64.b64decode(answer.content)
        place = answer.next
    return found


async def test_an_official_uploads_and_is_answered_at_once(tx, store):
    name = await store.put(PNG, "zhang")
    ask = KeepEvidence(upload=name, evidence=evidence_of(PNG, "image/png"))
    answer = await answered(patrol, tx, asking(ask, "zhang", COUNTY))
    assert (answer.body.anew, answer.body.given_by, len(answer.news)) == (True, "zhang", 1)
    again = await answered(patrol, tx, asking(ask, "zhang", COUNTY))
    assert (again.body.anew, again.news) == (False, [])
    wrong = KeepEvidence(upload=name, evidence=evidence_of(PNG + b"x", "image/png"))
    with pytest.raises(Problem) as refused:
        await answered(patrol, tx, asking(wrong, "zhang", COUNTY))
    assert [one["field"] for one in refused.value.reply(None).errors] == ["evidence.size_bytes"]


async def test_who_sees_evidence_is_who_gave_it_and_whose_ground_names_it(tx, store):
    sha256 = evidence_of(PHOTO).sha256
    await store.says(tx, PHOTO)
    for actor, division in (("zhang", COUNTY), ("lepng", ELSEWHERE)):
        with pytest.raises(Problem) as refused:
            await read(tx, sha256, actor, division)
        assert refused.value.status == 404
    await hear(patrol, tx, [reported("r-1", evidence=[dict(evidence_of(PHOTO))])])
    assert await read(tx, sha256, "zhang", COUNTY) == PHOTO
    shown = (await answered(patrol, tx, asking(ShowEvidence(sha256=sha256), "zhang", COUNTY))).body
    assert [(one.kind, shown.kept.given_by) for one in shown.named_by] == [("incident", "acme")]
    for command in (ReadEvidence(sha256=sha256), ShowEvidence(sha256=sha256)):
        with pytest.raises(Problem):
            await answered(patrol, tx, asking(command, "lepng", ELSEWHERE))


async def test_evidence_that_is_named_and_has_not_come_is_listed_until_it_comes(tx, store):
    await hear(patrol, tx, [reported("r-1", evidence=[dict(evidence_of(PHOTO)), dict(evidence_of(PNG, "image/png"))])])

    async def missing(division=COUNTY):
        answer = await answered(patrol, tx, asking(ListEvidence(missing=True), "zhang", division))
        return [one.sha256 for one in answer.body.found]

    assert await missing() == sorted([evidence_of(PHOTO).sha256, evidence_of(PNG).sha256])
    assert await missing(ELSEWHERE) == []
    await store.says(tx, PHOTO)
    assert await missing() == [evidence_of(PNG).sha256]


async def test_an_upload_that_is_broken_off_leaves_nothing(tx, store, bus):
    acme = await connect(bus, "acme")
    await acme.jetstream(prefix="FOREST.API").publish(chunks_subject(upload_of("acme", "half")), b"x" * CHUNK_BYTES)
    await acme.close()
    ((_, kept),) = await store.says(tx, PHOTO)
    await swept(tx, NOW)
    await swept(tx, NOW + HOUR - MOMENT)
    assert "acme.half" in await store.uploads()
    await swept(tx, NOW + 2 * HOUR)
    assert len(await store.uploads()) == 1
    assert await read(tx, kept.evidence.sha256) == PHOTO


async def swept(tx, at):
    tx.now = at
    return await sweep(tx)


async def at(tx, when):
    tx.now = when
    return [(one.reason, one.sha256) for one in await let_go(tx)]


async def test_what_nothing_names_goes_after_its_days_and_may_be_put_again(tx, store):
    await store.says(tx, PHOTO)
    sha256, over = evidence_of(PHOTO).sha256, NOW + 90 * DAY
    assert await at(tx, NOW) == []
    assert await at(tx, over - MOMENT) == []
    assert await at(tx, over + DAY) == [(WhyGone.UNNAMED, sha256)]
    assert await store.uploads() == []
    assert len(await store.says(tx, PHOTO)) == 1


async def test_what_is_put_again_has_its_days_again_and_what_named_it_before_ends_none_of_it(tx, store):
    sha256 = evidence_of(PHOTO).sha256
    await store.says(tx, PHOTO)
    assert await at(tx, NOW + 89 * DAY) == []
    assert await store.says(tx, PHOTO) == []
    assert await at(tx, NOW + 178 * DAY) == []
    assert await at(tx, NOW + 180 * DAY) == [(WhyGone.UNNAMED, sha256)]
    # A board that ended ten years ago is enrolled, and its photograph put for it.
    old = entries.entry(
        Register.BOARD, photo=dict(evidence_of(PHOTO)), in_force_from="2005-01-01", ended_on="2010-06-15"
    )
    await hear(patrol, tx, [heard(BoardStated(board=old), "roster", sequence=1)])
    begun = tx.now
    assert len(await store.says(tx, PHOTO)) == 1
    assert await at(tx, begun) == []
    assert await at(tx, begun + 5 * 365 * DAY) == []
    assert await at(tx, begun + 5 * 367 * DAY) == [(WhyGone.RESOLVED, sha256)]


async def test_what_a_report_names_stays_as_long_as_its_case_and_its_years_and_longer_if_it_relapses(tx, store):
    await store.says(tx, PHOTO)
    ((_, located),) = await hear(patrol, tx, [reported("r-1", evidence=[dict(evidence_of(PHOTO))])])
    case = county.closed_case(located.incident)
    years = [datetime(2020 + n, 6, 15, 2, tzinfo=UTC) for n in range(20)]
    assert await at(tx, years[9]) == []
    tx.now = years[10] + DAY
    await hear(patrol, tx, [heard(CaseClosed(case=case, by="p-1", at=years[10]), "cases", sequence=5)])
    assert await at(tx, years[15] - MOMENT) == []
    await hear(patrol, tx, [heard(relapsed(case), "cases", sequence=6)])
    assert await at(tx, years[16]) == []
    tx.now = years[16]
    await hear(patrol, tx, [heard(CaseClosed(case=case, by="p-1", at=years[16]), "cases", sequence=7)])
    assert await at(tx, datetime(2041, 6, 15, 2, tzinfo=UTC) - MOMENT) == []
    assert await at(tx, datetime(2041, 6, 17, 2, tzinfo=UTC)) == [(WhyGone.RESOLVED, evidence_of(PHOTO).sha256)]


def relapsed(case):
    return CaseRelapsed(case=case, by="p-1", at=NOW, why="recurrence", reason="又见砍伐")


async def test_of_facts_heard_in_any_order_the_newest_says_whether_the_case_needs_its_evidence(tx, store):
    await store.says(tx, PHOTO)
    ((_, located),) = await hear(patrol, tx, [reported("r-1", evidence=[dict(evidence_of(PHOTO))])])
    case = county.closed_case(located.incident)
    await hear(patrol, tx, [heard(relapsed(case), "cases", sequence=6)])
    await hear(patrol, tx, [heard(CaseClosed(case=case, by="p-1", at=NOW), "cases", sequence=5)])
    assert await at(tx, datetime(2040, 6, 15, tzinfo=UTC)) == []


async def test_new_evidence_of_a_dismissed_case_is_named_by_it(tx, store):
    await store.says(tx, PHOTO)
    ((_, located),) = await hear(patrol, tx, [reported("r-1")])
    case = county.closed_case(located.incident)
    fact = CaseReopened(case=case, by="p-1", at=NOW, reason="照片", evidence=(evidence_of(PHOTO),))
    await hear(patrol, tx, [heard(fact, "cases", sequence=3)])
    shown = (await answered(patrol, tx, asking(ShowEvidence(sha256=evidence_of(PHOTO).sha256), OPERATOR, COUNTY))).body
    assert [(one.kind, one.id) for one in shown.named_by] == [("case", str(case.ref.id))]


async def test_a_register_names_what_its_newest_entry_has(tx, store):
    for content in (PHOTO, PNG):
        await store.says(tx, content, evidence=evidence_of(content, "image/png" if content is PNG else "image/jpeg"))

    async def board(photo, sequence):
        entry = entries.entry(Register.BOARD, photo=dict(photo))
        await hear(patrol, tx, [heard(BoardStated(board=entry), "roster", sequence=sequence)])

    await board(evidence_of(PNG, "image/png"), 2)
    await board(evidence_of(PHOTO), 1)
    assert await at(tx, NOW) == []
    assert await at(tx, NOW + 89 * DAY) == []
    assert await at(tx, NOW + 91 * DAY) == [(WhyGone.UNNAMED, evidence_of(PHOTO).sha256)]
    await board(evidence_of(PHOTO), 3)
    # It was last seen to be named on the day before.
    assert await at(tx, NOW + 91 * DAY + 89 * DAY) == []
    assert await at(tx, NOW + 91 * DAY + 92 * DAY) == [(WhyGone.UNNAMED, evidence_of(PNG).sha256)]


async def test_what_the_bus_lost_is_told_and_may_be_put_again(tx, store):
    ((_, kept),) = await store.says(tx, PHOTO)
    await store.objects.drop((await store.uploads())[0])
    assert await swept(tx, NOW + HOUR - MOMENT) == []
    lost = EvidenceGone(sha256=kept.evidence.sha256, reason=WhyGone.LOST, gone_at=NOW + 2 * HOUR)
    assert await swept(tx, NOW + 2 * HOUR) == [lost]
    assert len(await store.says(tx, PHOTO)) == 1
    assert await read(tx, kept.evidence.sha256) == PHOTO


async def test_what_is_lost_and_put_again_before_anybody_looked_is_kept_anew(tx, store):
    await store.says(tx, PHOTO)
    await store.objects.drop((await store.uploads())[0])
    assert len(await store.says(tx, PHOTO)) == 1


async def test_a_database_that_was_put_back_takes_up_what_its_store_has(tx, store):
    ((_, kept),) = await store.says(tx, PHOTO)
    await tx.sql.execute("DELETE FROM evidence")
    await swept(tx, NOW + 2 * HOUR)
    await swept(tx, NOW + 5 * HOUR)
    shown = (await answered(patrol, tx, asking(ShowEvidence(sha256=kept.evidence.sha256), OPERATOR, UNKNOWN))).body
    assert (shown.kept.evidence, shown.kept.given_by) == (kept.evidence, "acme")
    assert await read(tx, kept.evidence.sha256) == PHOTO


async def test_the_stream_of_evidence_is_full_before_others_suffer_and_says_so(bus):
    provisioner = await nats.connect(bus.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    config = (await provisioner.jetstream().stream_info(STREAM)).config
    await provisioner.close()
    assert (config.discard, config.max_bytes > 0, config.max_msg_size < 192 * 1024) == ("new", True, True)


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
"""As ISO/IEC 14496-12 and 23008-12 have it: size, `ftyp`, the major brand."""


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe1", ["image/jpeg"]),
        (b"\xff\xd8", []),
        (PNG, ["image/png"]),
        (b"\x89PNG\n\x1a\n", []),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", ["image/webp"]),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", ["audio/wav", "audio/x-wav", "audio/vnd.wave"]),
        (b"RIFF\x24\x00\x00\x00AVI ", []),
        (HEIC, ["image/heic", "image/heif"]),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", ["video/mp4", "audio/mp4"]),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00", ["audio/mp4", "audio/x-m4a", "audio/m4a", "audio/mp4a-latm"]),
        (b"%PDF-1.7\n", ["application/pdf"]),
        (b" %PDF-1.7\n", []),
        (b"<html>", []),
        (b"MZ\x90\x00", []),
        (b"", []),
    ],
)
def test_what_bytes_are_is_told_by_their_beginning(head, found):
    assert list(media_types(head)) == found


def test_the_table_of_media_names_each_type_it_is_asked_for():
    """Those that phones and offices send."""
    sent = {"image/jpeg", "image/png", "image/webp", "image/heic", "video/mp4", "application/pdf", "audio/x-m4a"}
    assert sent - {*KNOWN} == set()
