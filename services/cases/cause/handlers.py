"""The list of causes grows, and is shown with the campaigns."""

from __future__ import annotations

from contracts.cases import AddCause, CampaignNamed, CauseAdded, CauseNamed, ShowWords, Vocabulary
from contracts.language.rules import broken
from contracts.language.values import day_of
from services.cases.cause import store
from services.cases.cause.store import CAUSES
from services.cases.law.campaign import named_campaigns
from services.cases.post.by import require_office
from services.cases.post.store import POSTS
from services.runtime.messages import Answer, Ask
from services.runtime.problem import refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(AddCause)
async def add_cause(tx: Transaction, ask: Ask[AddCause]) -> Answer:
    require_office((await tx.see(POSTS)).actor(ask.actor, day_of(tx.now)), ask.division)
    named = CauseNamed(cause=ask.command.cause, words=ask.command.words, words_en=ask.command.words_en)
    if named.cause in await tx.see(CAUSES):
        refuse_field("cause", broken("not_in_list_yet"))
    await store.add_cause(tx, named)
    await tx.change_views()
    return Answer(named, [CauseAdded(**dict(named), division=ask.division, by=ask.actor, at=tx.now)])


@room.answers(ShowWords)
async def show_words(tx: Transaction, ask: Ask[ShowWords]) -> Answer:
    listed = await tx.see(CAUSES)
    causes = [CauseNamed(cause=cause, words=words, words_en=en) for cause, (words, en) in listed.items()]
    named = [CampaignNamed(campaign=one.id, words=one.name, words_en=one.name_en) for one in named_campaigns()]
    return Answer(Vocabulary(causes=tuple(causes), campaigns=tuple(named)))
