"""The ledger on any day, its ages, and sheets that are published."""

from __future__ import annotations

from datetime import datetime

from contracts.cases import PublishSheet, ScopeAsked, Sheet, SheetPublished, ShowAges, ShowSheet
from contracts.language.rules import broken
from contracts.language.values import day_of
from services.cases.law.campaign import campaign_of
from services.cases.ledger import ledger
from services.cases.ledger import store as ledger_store
from services.cases.ledger.ledger import Window
from services.cases.post.by import require_office
from services.cases.post.store import POSTS
from services.runtime.messages import Answer, Ask
from services.runtime.problem import refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(ShowSheet)
async def show_sheet(tx: Transaction, ask: Ask[ShowSheet]) -> Answer:
    return Answer(await _sheet(tx, _window(ask, ask.command.cutoff or tx.now)))


@room.answers(PublishSheet)
async def publish_sheet(tx: Transaction, ask: Ask[PublishSheet]) -> Answer:
    """As known now; what came late for the sheet before it is named (补录)."""
    require_office((await tx.see(POSTS)).actor(ask.actor, day_of(tx.now)), ask.division)
    if ask.command.to > day_of(tx.now):
        refuse_field("to", broken("published_days", today=day_of(tx.now)))
    window = _window(ask, tx.now)
    before = await ledger_store.last_published(tx, window)
    sheet = await _sheet(tx, window)
    differences, total = await ledger_store.late_for(tx, before, window) if before else ((), 0)
    await ledger_store.publish(tx, sheet)
    told = SheetPublished(sheet=sheet, differences=differences, differences_total=total, by=ask.actor, at=tx.now)
    return Answer(sheet, [told])


def _window(ask: Ask[ShowSheet] | Ask[PublishSheet], cutoff: datetime) -> Window:
    asked: ScopeAsked = ask.command
    if asked.after > asked.to:
        refuse_field("to", broken("not_before", day=asked.after))
    if asked.campaign is not None:
        campaign_of(asked.campaign)
    return Window(asked.campaign, ask.division, asked.kind, asked.after, asked.to, cutoff)


async def _sheet(tx: Transaction, window: Window) -> Sheet:
    beside = ledger.beyond_the_first(*await ledger_store.same_site(tx, window))
    return ledger.sheet(window, await ledger_store.counted(tx, window), beside)


@room.answers(ShowAges)
async def ages(tx: Transaction, ask: Ask[ShowAges]) -> Answer:
    return Answer(await ledger_store.ages(tx, ask.command.campaign, ask.division, ask.command.kind, ask.command.on))
