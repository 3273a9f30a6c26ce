"""Evidence is kept as long as something needs it, and no longer; table and store agree whatever either has lost."""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from contracts.cases import CaseClosed, CaseRelapsed, CaseReopened
from contracts.evidence import (
    EvidenceGone,
    ShowEvidence,
    WhyGone,
)
from contracts.evidence.bucket import CHUNK_BYTES, chunks_subject, name_in, upload_of
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.evidence import Evidence
from contracts.roster import BoardStated, OldTreeStated, Register
from contracts.targets import Amounts, ProgressRecorded
from services.patrol.evidence.clock import STATED_AT_ONCE
from services.patrol.service import patrol
from tests.cases import county
from tests.patrol.areas_and_reports import NOW, reported
from tests.patrol.put import COUNTY, DAY, HOUR, MOMENT, PHOTO, PNG, at, evidence_of, keeping, reached, read, swept
from tests.roster import entries
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


async def names_of(tx, sha256):
    shown = (await answered(patrol, tx, asking(ShowEvidence(sha256=sha256), OPERATOR, COUNTY))).body
    return [one.kind for one in shown.named_by]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_a_newer_entry_that_names_none_is_not_undone_by_an_older_one_that_is_heard_late(tx, store, order):
    photo = evidence_of(PHOTO)
    await store.says(tx, PHOTO)

    async def hears(sequence, *photos):
        tree = entries.entry(Register.OLD_TREE, photos=[dict(one) for one in photos])
        await hear(patrol, tx, [heard(OldTreeStated(old_tree=tree), "roster", sequence=sequence)])
        return await names_of(tx, photo.sha256)

    for sequence in order:
        await hears(sequence, *([photo] if sequence == 1 else []))
    assert await names_of(tx, photo.sha256) == []
    assert await hears(3, photo) == ["roster.old_tree"]
    assert await hears(4) == []
    assert await hears(2) == await hears(3, photo) == []


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_nor_is_a_higher_revision_of_progress_by_a_lower_one(tx, store, order):
    photo = evidence_of(PHOTO)
    await store.says(tx, PHOTO)
    for revision in order:
        progress = ProgressRecorded(
            target_id="t-1", division=COUNTY, source="acme", external_id="p-1", revision=revision, entity="林场",
            plot="1", counted=Decimal(1), total=Amounts(), at=NOW, evidence=(photo,) if revision == 1 else (),
        )  # fmt: skip
        await hear(patrol, tx, [heard(progress, "targets", sequence=revision)])
    assert await names_of(tx, photo.sha256) == []


async def test_of_what_only_the_store_knows_some_is_looked_at_in_each_transaction_until_it_is_all(tx, store):
    """What it says of bytes that it does not have goes, once whoever said it must be done."""
    ((_, kept),) = await store.says(tx, PHOTO)
    await tx.sql.execute("DELETE FROM evidence")
    many = sorted(hashlib.sha256(str(n).encode()).hexdigest() for n in range(STATED_AT_ONCE))
    for sha256 in many:
        await store.objects.state(Evidence(sha256=sha256, media_type="image/png", size_bytes=1), "acme.none", 1, NOW)
    await swept(tx, NOW + HOUR - MOMENT)
    await swept(tx, NOW + HOUR - MOMENT)
    assert len(await store.objects.names()) == STATED_AT_ONCE + 1
    await swept(tx, NOW + 2 * HOUR)
    assert len(await store.objects.names()) in (1, 2)
    await swept(tx, NOW + 2 * HOUR)
    assert list(map(name_in, await store.objects.names())) == [kept.evidence.sha256]
    assert await read(tx, kept.evidence.sha256) == PHOTO
    # The last of it has been looked at: an hour passes before it is looked at again.
    assert await tx.sql.fetchval("SELECT next_at FROM evidence_swept") == NOW + 3 * HOUR
