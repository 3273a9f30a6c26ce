"""Evidence: its bytes are checked against what is said of them, kept once, and shown to whom it concerns."""

import nats
import pytest

from contracts.evidence import (
    EvidenceKept,
    EvidenceUpload,
    KeepEvidence,
    ListEvidence,
    ReadEvidence,
    ShowEvidence,
)
from contracts.evidence.bucket import BUCKET, STREAM, chunks_subject, upload_of
from contracts.language.division import UNKNOWN
from services.patrol.service import patrol
from services.runtime.breaker import is_away
from services.runtime.failure import StoreAway
from services.runtime.problem import Problem
from services.runtime.replica.objects import Objects
from tests.patrol.areas_and_reports import NOW, reported
from tests.patrol.put import COUNTY, ELSEWHERE, PHOTO, PNG, codes, evidence_of, keeping, reached, read, swept
from tests.telling import answered, asking, connect, hear, heard

pytestmark = pytest.mark.served


@pytest.fixture
async def store(bus):
    async with reached(bus) as store:
        yield store


@pytest.fixture
async def tx(dsn, store):
    async with keeping(dsn, store) as tx:
        yield tx


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


async def test_the_stream_of_evidence_is_full_before_others_suffer_and_says_so(bus):
    provisioner = await nats.connect(bus.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    config = (await provisioner.jetstream().stream_info(STREAM)).config
    await provisioner.close()
    assert (config.discard, config.max_bytes > 0, config.max_msg_size < 192 * 1024) == ("new", True, True)
