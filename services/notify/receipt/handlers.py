"""What people may ask about what they were told."""

from __future__ import annotations

from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.notify import Notices, Receipted, ReceiptNotice, ShowNotices
from services.notify.audience.store import POSTS
from services.notify.receipt import store
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(ShowNotices)
async def show_notices(tx: Transaction, ask: Ask[ShowNotices]) -> Answer:
    """One's own, and those of the units that one reads for today."""
    units = (await tx.see(POSTS)).units_of(ask.actor, day_of(tx.now))
    found, total = await store.of(tx, ask.actor, units, ask.command.limit)
    return Answer(Notices(notices=found, total=total))


@room.answers(ReceiptNotice)
async def receipt(tx: Transaction, ask: Ask[ReceiptNotice]) -> Answer:
    """Only the addressee signs; signing again changes nothing."""
    kept = await store.locked(tx, ask.command.notice_id)
    units = (await tx.see(POSTS)).units_of(ask.actor, day_of(tx.now))
    if ask.actor != kept.person_id and (kept.person_id is not None or kept.unit_id not in units):
        raise Problem(
            403,
            "not-the-addressee",
            broken("for_addressee"),
            errors=[{"field": "notice_id", "rule": broken("own_notice")}],
        )
    if kept.notice.receipted_at is not None:
        return Answer(kept.notice)
    await store.receipt(tx, kept.notice.id, ask.actor)
    signed = kept.notice.model_copy(update={"receipted_at": tx.now})
    return Answer(signed, [Receipted(notice_id=signed.id, division=kept.division, by=ask.actor, at=tx.now)])
