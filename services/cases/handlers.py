"""What cases does when it hears of incidents, what people may ask of it, and what time brings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.case import Case
from contracts.case_commands import (
    AcceptCase,
    AcknowledgeReferral,
    AddCause,
    ApprovePlan,
    AskExtension,
    AssignCase,
    CaseCommand,
    CaseList,
    CauseNamed,
    CloseCase,
    ConcludeReferral,
    DismissCase,
    DissolveUnit,
    GiveNotice,
    GrantExtension,
    HandUp,
    History,
    ImportCases,
    LinkSite,
    ListCases,
    MergeCase,
    OpenDirective,
    OverruleObjection,
    PassedOn,
    PassLookBack,
    PublishSheet,
    RaiseObjection,
    ReassignCase,
    ReceiptLetter,
    RecordReview,
    ReferCase,
    RefuseExtension,
    RefusePlan,
    RegisterCase,
    RelapseCase,
    ReopenCase,
    ReplyLetter,
    ReturnCase,
    ScopeAsked,
    SendBackCase,
    ShowAges,
    ShowCase,
    ShowHistory,
    ShowNoViolation,
    ShowSheet,
    StartCase,
    SubmitCase,
    SubmitPlan,
    TransferCase,
    UpholdObjection,
    VerifyCase,
    VoidCase,
)
from contracts.cases import (
    CaseCorroborated,
    CaseFact,
    CaseOpened,
    CaseReassigned,
    CauseAdded,
    LetterFact,
    LetterReceipted,
    LetterReplied,
    Sheet,
    SheetPublished,
)
from contracts.patrol import IncidentLinked, IncidentLocated
from contracts.roster import Post, PostStated
from contracts.values import day_of
from services.cases import case as rules
from services.cases import clock_store, closing, entering, ladder_store, ledger, ledger_store, rectify, referral, store
from services.cases.campaign import campaign_of
from services.cases.ledger import Window
from services.cases.machine import OURSELVES, Act, acting, forbid, refuse, refuse_field, require_office
from services.cases.post import ANSWERABLE, Posts
from services.cases.recording import enter, record
from services.cases.store import Change
from services.runtime.messages import Answer, Ask, Heard, News
from services.runtime.reference import keep_newest
from services.runtime.service import Service
from services.runtime.transaction import Transaction

cases = Service("cases")
posts = cases.view(store.load_posts)
causes = cases.view(store.load_causes)
AT_ONCE = 200
"""Cases handled in one transaction of the clock."""


@cases.hears(PostStated, locks="post.id")
async def keep_posts(tx: Transaction, heard: list[Heard[PostStated]]) -> list[News]:
    """Keep the posts; where a known one gets another holder, its open cases will be passed on."""
    known = await posts.at(tx)
    stated = [(one.envelope.sequence, one.body.post) for one in heard]
    if await keep_newest(tx, "posts", stated):
        await posts.changed(tx)
        today = day_of(tx.now)
        await clock_store.expect_handovers(tx, [day for _, post in stated for day in handovers(known, post, today)])
    return []


@cases.hears(IncidentLocated, locks="incident.division")
async def open_cases(tx: Transaction, heard: list[Heard[IncidentLocated]]) -> list[News]:
    """Register a case for each incident that has none, with the posts answerable for its place."""
    first: dict[UUID, Heard[IncidentLocated]] = {}
    for one in heard:
        if rules.opens_case(one.body.incident):
            first.setdefault(one.body.incident.id, one)
    new = await store.unopened(tx, sorted(first))
    if not new:
        return []
    opening = [one for incident_id, one in first.items() if incident_id in new]
    weights = await store.weigh(tx, {one.body.incident.id: one.body.incident.weight for one in opening})
    year = day_of(tx.now).year
    last = await store.take_numbers(tx, year, [one.body.incident.division[:6] for one in opening])
    roster = await posts.at(tx)
    news: list[News] = []
    opened: list[Case] = []
    for one in opening:
        incident = one.body.incident
        county = incident.division[:6]
        last[county] += 1
        number = rules.numbered(year, county, last[county])
        opened.append(rules.open_case(incident, number, weights[incident.id], roster, tx.now))
        news.append((one, CaseOpened.model_construct(case=opened[-1], by=OURSELVES, at=tx.now)))
    await enter(tx, opened, OURSELVES)
    return news


@cases.hears(IncidentLinked, locks="to")
async def corroborate(tx: Transaction, heard: list[Heard[IncidentLinked]]) -> list[News]:
    """A report that says the same makes the case weigh more; it may be heard before the case is opened."""
    heaviest = {one.body.to: one for one in sorted(heard, key=lambda one: one.body.weight)}
    weights = await store.weigh(tx, {to: one.body.weight for to, one in heaviest.items()})
    grown = await store.raise_weights(tx, weights)
    return [
        (heaviest[case.incident_id], CaseCorroborated.model_construct(case=case, by=OURSELVES, at=tx.now))
        for case in grown
        if case.incident_id is not None
    ]


Decide = Callable[[Case, Act, Any, Posts], CaseFact]

MOVES: dict[type[CaseCommand], Decide] = {
    VerifyCase: rectify.verify,
    DismissCase: rectify.dismiss,
    ReopenCase: rectify.reopen,
    AssignCase: rectify.assign,
    ReturnCase: rectify.give_back,
    ReassignCase: rectify.reassign,
    SubmitPlan: rectify.submit_plan,
    RefusePlan: rectify.refuse_plan,
    ApprovePlan: rectify.approve_plan,
    StartCase: rectify.start,
    AskExtension: rectify.ask_extension,
    GrantExtension: rectify.grant_extension,
    RefuseExtension: rectify.refuse_extension,
    ShowNoViolation: rectify.show_no_violation,
    SubmitCase: rectify.submit,
    SendBackCase: rectify.send_back,
    AcceptCase: rectify.accept,
    RaiseObjection: closing.raise_objection,
    UpholdObjection: closing.uphold,
    OverruleObjection: closing.overrule,
    PassLookBack: closing.pass_look_back,
    RelapseCase: closing.relapse,
    VoidCase: closing.void,
    TransferCase: closing.transfer,
    ReferCase: referral.refer,
    AcknowledgeReferral: referral.acknowledge,
    ConcludeReferral: referral.conclude,
    HandUp: referral.hand_up,
}
"""The moves that need nothing but the case and the roster to be decided."""


def _answering(decide: Decide) -> Callable[[Transaction, Ask[CaseCommand]], Awaitable[Answer]]:
    async def answer(tx: Transaction, ask: Ask[CaseCommand]) -> Answer:
        case, act, roster = await _asked(tx, ask)
        return await _moved(tx, ask, Change(case, decide(case, act, ask.command, roster), *_said(ask.command)))

    return answer


for _command, _decide in MOVES.items():
    cases.answers(_command)(_answering(_decide))


async def _asked(tx: Transaction, ask: Ask[CaseCommand]) -> tuple[Case, Act, Posts]:
    """The case, locked; who acts on it, on which business date; and the roster."""
    case = await store.locked(tx, ask.command.case_id)
    ask.require_within(case.ref.division)
    roster = await posts.at(tx)
    return case, acting(case, roster.actor(ask.actor, day_of(tx.now)), tx.now, ask.command.on), roster


async def _moved(tx: Transaction, ask: Ask[CaseCommand], *changes: Change) -> Answer:
    return Answer(changes[0].fact.case, await record(tx, changes))


def _said(command: CaseCommand) -> tuple[str, str | None]:
    """The verb of a command is the word of its move."""
    return command.parts()[1], getattr(command, "reason", None)


@cases.answers(GiveNotice)
async def notice(tx: Transaction, ask: Ask[GiveNotice]) -> Answer:
    case, act, roster = await _asked(tx, ask)
    told = closing.notice(case, act, ask.command, roster, await causes.at(tx))
    return await _moved(tx, ask, Change(case, told, "notice"))


@cases.answers(CloseCase)
async def close(tx: Transaction, ask: Ask[CloseCase]) -> Answer:
    case, act, roster = await _asked(tx, ask)
    repeats = await store.repeats(tx, case, ask.command.cause or case.cause, rules.repeats_since(act.on))
    told = closing.close(case, act, ask.command, roster, await causes.at(tx), repeats)
    return await _moved(tx, ask, Change(case, told, "close"))


@cases.answers(MergeCase)
async def merge(tx: Transaction, ask: Ask[MergeCase]) -> Answer:
    """Both cases are locked in the order of their ids."""
    both = await store.locked_all(tx, [ask.command.case_id, ask.command.into])
    case, act, roster = await _asked(tx, ask)
    into = both[ask.command.into]
    ask.require_within(into.ref.division)
    merged, *kept = closing.merge(case, into, act, ask.command, roster)
    changes = [Change(into, fact, "keep_deadline") for fact in kept]
    return await _moved(tx, ask, Change(case, merged, "merge", ask.command.reason), *changes)


@cases.answers(LinkSite)
async def link_site(tx: Transaction, ask: Ask[LinkSite]) -> Answer:
    both = await store.locked_all(tx, [ask.command.case_id, ask.command.other])
    case, act, roster = await _asked(tx, ask)
    other = both[ask.command.other]
    ask.require_within(other.ref.division)
    here, there = closing.link_site(case, other, act, ask.command, roster)
    await ledger_store.link(tx, ask.command.case_id, ask.command.other, act.on)
    return await _moved(tx, ask, Change(case, here, "link_site"), Change(other, there, "link_site"))


@cases.answers(DissolveUnit)
async def dissolve_unit(tx: Transaction, ask: Ask[DissolveUnit]) -> Answer:
    """Its open cases go to the successor with their days, else back to the office; again while there are more."""
    roster = await posts.at(tx)
    actor = roster.actor(ask.actor, day_of(tx.now))
    require_office(actor, ask.division)
    successor = ask.command.successor and roster.unit(ask.command.successor.id)
    if ask.command.successor and successor is None:
        refuse_field("successor.id", "must be the unit of a post in the roster")
    if successor is not None and successor.id == ask.command.unit.id:
        refuse_field("successor.id", "must be another unit")
    of_unit = await store.open_of_unit(tx, ask.command.unit.id, ask.division, AT_ONCE)
    changes = []
    for case in of_unit:
        act = acting(case, actor, tx.now, None)
        word, passed = rectify.pass_to(case, act, successor, roster)
        told = rules.told(CaseReassigned, passed, act, reason=ask.command.reason)
        changes.append(Change(case, told, word, ask.command.reason))
    return Answer(PassedOn(cases=tuple(case.ref.id for case in of_unit)), await record(tx, changes))


@cases.answers(RegisterCase)
async def register(tx: Transaction, ask: Ask[RegisterCase]) -> Answer:
    return await entering.register(tx, ask, await posts.at(tx))


@cases.answers(OpenDirective)
async def open_directive(tx: Transaction, ask: Ask[OpenDirective]) -> Answer:
    return await entering.open_directive(tx, ask, await posts.at(tx))


@cases.answers(RecordReview)
async def record_review(tx: Transaction, ask: Ask[RecordReview]) -> Answer:
    return await entering.record_review(tx, ask, await posts.at(tx))


@cases.answers(ImportCases)
async def take_over(tx: Transaction, ask: Ask[ImportCases]) -> Answer:
    return await entering.take_over(tx, ask, await posts.at(tx))


@cases.answers(AddCause)
async def add_cause(tx: Transaction, ask: Ask[AddCause]) -> Answer:
    require_office((await posts.at(tx)).actor(ask.actor, day_of(tx.now)), ask.division)
    named = CauseNamed(cause=ask.command.cause, words=ask.command.words, words_en=ask.command.words_en)
    if named.cause in await causes.at(tx):
        refuse_field("cause", "must not be in the list yet")
    await store.add_cause(tx, named)
    await causes.changed(tx)
    return Answer(named, [CauseAdded(**dict(named), division=ask.division, by=ask.actor, at=tx.now)])


@cases.answers(ReceiptLetter)
async def receipt_letter(tx: Transaction, ask: Ask[ReceiptLetter]) -> Answer:
    return await _letter(tx, ask, LetterReceipted, "receipted_on")


@cases.answers(ReplyLetter)
async def reply_letter(tx: Transaction, ask: Ask[ReplyLetter]) -> Answer:
    return await _letter(tx, ask, LetterReplied, "replied_on", reply=ask.command.reply)


async def _letter(
    tx: Transaction, ask: Ask[ReceiptLetter] | Ask[ReplyLetter], fact: type[LetterFact], field: str, **said: str
) -> Answer:
    """What became of a letter; the office speaks for a receiver outside the roster."""
    case, act, roster = await _asked(tx, ask)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    letter = next((one for one in letters if one.id == ask.command.letter_id), None)
    if letter is None:
        refuse_field("letter_id", f"must be the id of one of the {len(letters)} letters of {case.ref.number}")
    if roster.unit(letter.to.id) is None:
        require_office(act.actor, case.ref.division)
    elif not act.actor.of_unit(letter.to):
        forbid(f"the letter was sent to {letter.to.name}", f"somebody of {letter.to.name}")
    if getattr(letter, field) is not None:
        refuse(case, f"the letter has its {field} already: {getattr(letter, field)}", "letter_id")
    known = letter.model_copy(update={field: act.on, **said})
    await ladder_store.put_letters(tx, [(case, known)])
    return Answer(case, [rules.told(fact, case, act, letter=known)])


@cases.answers(ShowCase)
async def show(tx: Transaction, ask: Ask[ShowCase]) -> Answer:
    case = await store.found(tx, ask.command.case_id)
    ask.require_within(case.ref.division)
    return Answer(case)


@cases.answers(ListCases)
async def list_cases(tx: Transaction, ask: Ask[ListCases]) -> Answer:
    found, total = await store.listed(tx, ask.division, ask.command, day_of(tx.now))
    return Answer(CaseList(cases=found, total=total))


@cases.answers(ShowHistory)
async def history(tx: Transaction, ask: Ask[ShowHistory]) -> Answer:
    case = await store.found(tx, ask.command.case_id)
    ask.require_within(case.ref.division)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    return Answer(History(case=case, moves=await store.history(tx, ask.command.case_id), letters=tuple(letters)))


@cases.answers(ShowSheet)
async def show_sheet(tx: Transaction, ask: Ask[ShowSheet]) -> Answer:
    return Answer(await _sheet(tx, _window(ask, ask.command.cutoff or tx.now)))


@cases.answers(PublishSheet)
async def publish_sheet(tx: Transaction, ask: Ask[PublishSheet]) -> Answer:
    """As known now; what came late for the sheet before it is named (补录)."""
    require_office((await posts.at(tx)).actor(ask.actor, day_of(tx.now)), ask.division)
    if ask.command.to > day_of(tx.now):
        refuse_field("to", f"must not be after today, {day_of(tx.now)}: a published sheet is of days that have been")
    window = _window(ask, tx.now)
    before = await ledger_store.last_published(tx, window)
    sheet = await _sheet(tx, window)
    differences = await ledger_store.late_for(tx, before, window) if before else ()
    await ledger_store.publish(tx, sheet)
    return Answer(sheet, [SheetPublished(sheet=sheet, differences=differences, by=ask.actor, at=tx.now)])


def _window(ask: Ask[ShowSheet] | Ask[PublishSheet], cutoff: datetime) -> Window:
    asked: ScopeAsked = ask.command
    if asked.after > asked.to:
        refuse_field("to", f"must not be before {asked.after}")
    if asked.campaign is not None:
        campaign_of(asked.campaign)
    return Window(asked.campaign, ask.division, asked.kind, asked.after, asked.to, cutoff)


async def _sheet(tx: Transaction, window: Window) -> Sheet:
    return ledger.sheet(window, await ledger_store.counted(tx, window), await ledger_store.same_site(tx, window))


@cases.answers(ShowAges)
async def ages(tx: Transaction, ask: Ask[ShowAges]) -> Answer:
    return Answer(await ledger_store.ages(tx, ask.command.campaign, ask.division, ask.command.kind, ask.command.on))


def handovers(known: Posts, post: Post, today: date) -> list[tuple[str, date]]:
    """The days on which a post's open cases go to another holder: now, if it is known otherwise, and later ones."""
    if post.role not in ANSWERABLE:
        return []
    before = known.by_id(post.id)
    was, stated = before and before.holder_on(today), post.holder_on(today)
    ends = [day for day in (post.ended_on, *(one.held_to for one in post.appointments)) if day is not None]
    changes = [*(one.held_from for one in post.appointments), *(day + timedelta(days=1) for day in ends)]
    now = [today] if before is not None and was != stated else []
    return [(post.id, day) for day in dict.fromkeys((*now, *(day for day in changes if day > today)))]
