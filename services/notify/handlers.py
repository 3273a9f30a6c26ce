"""What notify does when it hears of alarms and cases, and what people may ask about what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from contracts.cases import (
    CaseAccepted,
    CaseAssigned,
    CaseClosed,
    CaseFact,
    CaseHandedUp,
    CaseImported,
    CaseMerged,
    CaseOpened,
    CaseOverdue,
    CasePassedOn,
    CaseReassigned,
    CaseReferred,
    CaseRelapsed,
    CaseReopened,
    CaseReturned,
    CaseRevised,
    CaseSentBack,
    CaseSubmitted,
    CaseTransferred,
    CaseVoided,
    DeadlineKept,
    ExtensionAsked,
    ExtensionGranted,
    ExtensionRefused,
    LetterIssued,
    LookBackDue,
    NoViolationShown,
    ObjectionRaised,
    ObjectionUpheld,
    PlanApproved,
    PlanRefused,
    PlanSubmitted,
    ReferralAcknowledged,
    ReferralConcluded,
)
from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.notify import Addressee, Channel, Notices, Notified, Receipted, ReceiptNotice, ShowNotices
from contracts.patrol import AlarmRaised
from contracts.roster import PostStated
from services.notify import store, telling, text
from services.notify.store import Telling
from services.notify.telling import Posts, Recipient, Told
from services.runtime.messages import Answer, Ask, Heard, News
from services.runtime.problem import Problem
from services.runtime.reference import keep_newest
from services.runtime.service import Service
from services.runtime.transaction import Transaction

CASE_FACTS: tuple[type[CaseFact], ...] = (
    CaseOpened,
    CaseImported,
    CaseReopened,
    CaseAssigned,
    CaseReturned,
    CaseReassigned,
    PlanSubmitted,
    PlanRefused,
    PlanApproved,
    ExtensionAsked,
    ExtensionGranted,
    ExtensionRefused,
    NoViolationShown,
    CaseSubmitted,
    CaseSentBack,
    CaseAccepted,
    ObjectionRaised,
    ObjectionUpheld,
    CaseOverdue,
    LetterIssued,
    CaseHandedUp,
    CaseClosed,
    LookBackDue,
    CaseRelapsed,
    CaseVoided,
    CaseMerged,
    DeadlineKept,
    CaseTransferred,
    CaseRevised,
    CasePassedOn,
    CaseReferred,
    ReferralAcknowledged,
    ReferralConcluded,
)
"""Of a case, those facts after which somebody must act, or need not any more."""

notify = Service("notify")
posts = notify.view(store.load_posts)


@notify.hears(PostStated, locks="post.id")
async def keep_posts(tx: Transaction, heard: list[Heard[PostStated]]) -> list[News]:
    if await keep_newest(tx, "posts", [(one.envelope.sequence, one.body.post) for one in heard]):
        await posts.changed(tx)
    return []


async def tell(tx: Transaction, heard: list[Heard[Told]]) -> list[News]:
    """Tell each thing once to those whom it concerns, in-app, with one fact that names them all."""
    roster, day = await posts.at(tx), day_of(tx.now)
    causes = {one.envelope.id: one for one in reversed(heard)}
    tellings = {key: _telling(one.body, roster, day, tx.now) for key, one in causes.items()}
    return [
        (causes[key], _notified(tellings[key], notices, tx.now))
        for key, notices in (await store.add(tx, tellings)).items()
        if notices
    ]


notify.hears(AlarmRaised, locks="incident.id")(tell)
for _fact in CASE_FACTS:
    notify.hears(_fact, locks="case.ref.id")(tell)


def _notified(told: Telling, notices: Sequence[tuple[UUID, Recipient]], now: datetime) -> Notified:
    # Parts that the contract has read or the rules have made.
    return Notified.model_construct(
        thing_id=told.thing_id,
        about=told.about,
        division=told.division,
        channel=Channel.IN_APP,
        addressees=tuple(
            Addressee.model_construct(notice_id=notice_id, post_id=to.post_id, person=to.person, unit=to.unit)
            for notice_id, to in notices
        ),
        title=told.title,
        body=told.body,
        at=now,
    )


def _telling(told: Told, roster: Posts, day: date, now: datetime) -> Telling:
    thing_id, division = telling.thing_of(told)
    to = telling.recipients(told, roster, day)
    title, body = text.words_of(told)
    fate = telling.fate_of(told, to, now)
    return Telling(thing_id, told.name, telling.happened_at(told), division, fate, title, body, to)


@notify.answers(ShowNotices)
async def show_notices(tx: Transaction, ask: Ask[ShowNotices]) -> Answer:
    """One's own, and those of the units that one reads for today."""
    units = (await posts.at(tx)).units_of(ask.actor, day_of(tx.now))
    found, total = await store.of(tx, ask.actor, units, ask.command.limit)
    return Answer(Notices(notices=found, total=total))


@notify.answers(ReceiptNotice)
async def receipt(tx: Transaction, ask: Ask[ReceiptNotice]) -> Answer:
    """Only the addressee signs; signing again changes nothing."""
    kept = await store.locked(tx, ask.command.notice_id)
    units = (await posts.at(tx)).units_of(ask.actor, day_of(tx.now))
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
