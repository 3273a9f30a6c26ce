"""What targets does when it hears of cases, and the record that it shows."""

from __future__ import annotations

from contracts.cases import CaseFact, CaseOpened
from contracts.targets import ShowRecord
from services.runtime.messages import Answer, Ask, Heard, News
from services.runtime.service import Room
from services.runtime.transaction import Transaction
from services.targets.record import record
from services.targets.record import store as record_store
from services.targets.record.record import Step

room = Room()


@room.hears(CaseOpened, locks="case.ref.id", uses=("at", "case.ref", "case.cycle", "case.answerable"))
@room.hears(*(fact for fact in record.STEPS if fact is not CaseOpened), locks="case.ref.id")
async def keep_records(tx: Transaction, heard: list[Heard[CaseFact]]) -> list[News]:
    """What a case does to records, or undoes there, whichever of its facts is heard first (A6)."""
    first: dict[str, Heard[CaseFact]] = {}
    steps: dict[str, list[Step]] = {}
    for one in heard:
        found = record.steps_of(one.body, one.envelope.sequence or 0)
        if found:
            first.setdefault(one.body.case.ref.id, one)
            steps.setdefault(one.body.case.ref.id, []).extend(found)
    known = await record_store.add_steps(tx, steps) if steps else {}
    entries = [(first[id], entry) for id, of_case in known.items() for entry in record.entries(of_case)]
    if not entries:
        return []
    changed = await record_store.enter(tx, [(one.body.case.ref, entry) for one, entry in entries])
    news: list[News] = []
    for one, entry in entries:
        is_new = changed.get((one.body.case.ref.id, *entry.key))
        if is_new is not None:
            news += [(one, fact) for fact in record.told(one.body.case.ref, entry, is_new)]
    return news


@room.answers(ShowRecord)
async def show_record(tx: Transaction, ask: Ask[ShowRecord]) -> Answer:
    division, found = await record_store.record(tx, ask.command.post_id, ask.command.limit)
    if division is not None:
        ask.require_within(division)
    return Answer(found)
