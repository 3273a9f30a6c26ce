"""What people look up: a case, its history, lists, the ledger on any day, ages; and sheets that are published."""

from __future__ import annotations

from datetime import datetime

from contracts.cases import (
    CampaignNamed,
    Case,
    CaseList,
    CauseNamed,
    History,
    LetterShown,
    ListCases,
    OnPaper,
    PublishSheet,
    ScopeAsked,
    Sheet,
    SheetPublished,
    ShowAges,
    ShowCase,
    ShowHistory,
    ShowLetter,
    ShowSheet,
    ShowWords,
    Vocabulary,
)
from contracts.language.rules import broken
from contracts.language.values import day_of
from services.cases import handlers, ladder_store, ledger, ledger_store, store
from services.cases.campaign import campaign_of, named_campaigns
from services.cases.handlers import cases
from services.cases.ledger import Window
from services.cases.machine import refuse_field, require_office, require_reach
from services.runtime.messages import Answer, Ask
from services.runtime.transaction import Transaction

MOST_LINES = 1000
"""Lines of a paper's annex that one answer has room for."""


@cases.answers(ShowCase)
async def show(tx: Transaction, ask: Ask[ShowCase]) -> Answer:
    case = await store.found(tx, ask.command.case_id)
    await _require_reach(tx, ask, case)
    return Answer(case)


@cases.answers(ListCases)
async def list_cases(tx: Transaction, ask: Ask[ListCases]) -> Answer:
    units = None
    if ask.command.mine:
        actor = (await handlers.posts.at(tx)).actor(ask.actor, day_of(tx.now))
        units = list({post.unit.id for post in actor.posts})
    found, total = await store.listed(tx, ask.division, units, ask.command, day_of(tx.now))
    return Answer(CaseList(cases=found, total=total))


@cases.answers(ShowHistory)
async def history(tx: Transaction, ask: Ask[ShowHistory]) -> Answer:
    case = await store.found(tx, ask.command.case_id)
    await _require_reach(tx, ask, case)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    moves = await store.history(tx, ask.command.case_id)
    reviews = await store.reviews_of(tx, ask.command.case_id)
    return Answer(History(case=case, moves=moves, letters=tuple(letters), reviews=reviews))


@cases.answers(ShowLetter)
async def letter(tx: Transaction, ask: Ask[ShowLetter]) -> Answer:
    """Of other cases in the same paper it says no more than the paper itself."""
    case = await store.found(tx, ask.command.case_id)
    await _require_reach(tx, ask, case)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    wanted = next((one for one in letters if one.id == ask.command.letter_id), None)
    if wanted is None:
        refuse_field("letter_id", broken("letter_of_case", count=len(letters), number=case.ref.number))
    beside = await ladder_store.on_paper(tx, wanted) if wanted.number is not None else [(case, wanted)]
    lines = [
        OnPaper(
            case=of.ref,
            place=of.place,
            kind=of.kind,
            about=one.about,
            asked=one.asked,
            due_on=one.due_on,
            before=one.before,
        )
        for of, one in beside[:MOST_LINES]
    ]
    return Answer(LetterShown(letter=wanted, lines=tuple(lines), total=len(beside)))


async def _require_reach(tx: Transaction, ask: Ask[ShowCase] | Ask[ShowHistory] | Ask[ShowLetter], case: Case) -> None:
    require_reach(ask, (await handlers.posts.at(tx)).actor(ask.actor, day_of(tx.now)), case)


@cases.answers(ShowWords)
async def show_words(tx: Transaction, ask: Ask[ShowWords]) -> Answer:
    listed = await handlers.causes.at(tx)
    causes = [CauseNamed(cause=cause, words=words, words_en=en) for cause, (words, en) in listed.items()]
    named = [CampaignNamed(campaign=one.id, words=one.name, words_en=one.name_en) for one in named_campaigns()]
    return Answer(Vocabulary(causes=tuple(causes), campaigns=tuple(named)))


@cases.answers(ShowSheet)
async def show_sheet(tx: Transaction, ask: Ask[ShowSheet]) -> Answer:
    return Answer(await _sheet(tx, _window(ask, ask.command.cutoff or tx.now)))


@cases.answers(PublishSheet)
async def publish_sheet(tx: Transaction, ask: Ask[PublishSheet]) -> Answer:
    """As known now; what came late for the sheet before it is named (补录)."""
    require_office((await handlers.posts.at(tx)).actor(ask.actor, day_of(tx.now)), ask.division)
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


@cases.answers(ShowAges)
async def ages(tx: Transaction, ask: Ask[ShowAges]) -> Answer:
    return Answer(await ledger_store.ages(tx, ask.command.campaign, ask.division, ask.command.kind, ask.command.on))
