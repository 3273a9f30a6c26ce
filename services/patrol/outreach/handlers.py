"""Records outreach and disputes; between whom a dispute is, leaves this service for chief offices alone (C1)."""

from __future__ import annotations

from collections.abc import Collection

from contracts.language.division import Division
from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.patrol import (
    Dispute,
    DisputeRecorded,
    DisputeRef,
    ListOutreach,
    Outreach,
    OutreachRecorded,
    OutreachShown,
    RecordDispute,
    RecordOutreach,
)
from services.patrol.acting.record import offices_of, require_office
from services.patrol.evidence import store as evidence_store
from services.patrol.evidence.naming import of_record
from services.patrol.outreach import store
from services.patrol.outreach.law import OUTREACH
from services.runtime.messages import Answer, Ask
from services.runtime.problem import refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(RecordOutreach)
async def record_outreach(tx: Transaction, ask: Ask[RecordOutreach]) -> Answer:
    asked = ask.command
    await _require_record(tx, ask, await store.division_of(tx, asked.id, dispute=False))
    known = (await tx.see(OUTREACH.view)).on(asked.on).topics
    for n, topic in enumerate(asked.topics):
        _require_word(f"topics.{n}", topic, known)
    outreach = Outreach(**dict(asked))
    await evidence_store.name(tx, of_record("outreach", outreach.id, outreach.division, outreach, tx.now))
    if not await store.save(tx, outreach):
        return Answer(outreach)
    totals = await store.totals(tx, asked.division, asked.on.year)
    return Answer(outreach, [OutreachRecorded(outreach=outreach, totals=totals, by=ask.actor, at=tx.now)])


@room.answers(RecordDispute)
async def record_dispute(tx: Transaction, ask: Ask[RecordDispute]) -> Answer:
    asked = ask.command
    await _require_record(tx, ask, await store.division_of(tx, asked.id, dispute=True))
    rules = (await tx.see(OUTREACH.view)).on(asked.on)
    _require_word("about", asked.about, rules.abouts)
    _require_word("way", asked.way, rules.settled_by)
    told = DisputeRef(**{name: getattr(asked, name) for name in DisputeRef.model_fields})
    if not await store.save_dispute(tx, Dispute(**dict(asked))):
        return Answer(told)
    totals = await store.dispute_totals(tx, asked.division, asked.on.year)
    return Answer(told, [DisputeRecorded(dispute=told, totals=totals, by=ask.actor, at=tx.now)])


async def _require_record(
    tx: Transaction, ask: Ask[RecordOutreach] | Ask[RecordDispute], before: Division | None
) -> None:
    asked = ask.command
    ask.require_within(asked.division)
    await require_office(tx, ask, asked.division)
    if asked.on > day_of(tx.now):
        refuse_field("on", broken("not_after_today", today=day_of(tx.now)))
    if before is not None and before != asked.division:
        refuse_field("division", broken("stays", stated=before))


def _require_word(field: str, word: str, known: Collection[str]) -> None:
    if word not in known:
        refuse_field(field, broken("one_of", known=", ".join(known)))


@room.answers(ListOutreach)
async def list_outreach(tx: Transaction, ask: Ask[ListOutreach]) -> Answer:
    asked, within = ask.command, ask.division.significant
    found = await store.disputes(tx, within, asked.year, asked.limit)
    offices = {division: await offices_of(tx, ask, division) for division in sorted({one.division for one in found})}
    return Answer(
        OutreachShown(
            outreach=tuple(await store.listed(tx, within, asked.year, asked.limit)),
            disputes=tuple(one if offices[one.division] else _without_people(one) for one in found),
            activities=await store.totals(tx, within, asked.year),
            settled=await store.dispute_totals(tx, within, asked.year),
        )
    )


def _without_people(dispute: Dispute) -> Dispute:
    return dispute.model_copy(update={"place": None, "parties": (), "text": None})
