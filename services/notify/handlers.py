"""What notify does when it hears of alarms and cases, and what people may ask about what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from contracts.cases import CaseAssigned, CaseClosed, CaseOpened, CaseOverdue, CaseReassigned, CaseRelapsed
from contracts.commands import Notices, ReceiptNotice, ShowNotices
from contracts.notify import Addressee, Channel, Notified, Receipted
from contracts.patrol import AlarmRaised
from contracts.roster import PostStated
from contracts.supervision import LetterIssued
from contracts.values import day_of
from services.notify import store, telling, text
from services.notify.store import Telling
from services.notify.telling import Posts, Recipient, Told
from services.runtime.messages import Answer, Ask, Heard, News
from services.runtime.problem import Problem
from services.runtime.reference import keep_newest
from services.runtime.service import Service
from services.runtime.transaction import Transaction

notify = Service("notify")
posts = notify.view(store.load_posts)


@notify.hears(PostStated, locks="post.id")
async def keep_posts(tx: Transaction, heard: list[Heard[PostStated]]) -> list[News]:
    if await keep_newest(tx, "posts", [(one.envelope.sequence, one.body.post) for one in heard]):
        await posts.changed(tx)
    return []


@notify.hears(AlarmRaised, locks="incident.id")
async def tell_alarm(tx: Transaction, heard: list[Heard[AlarmRaised]]) -> list[News]:
    return await _tell(tx, heard)


@notify.hears(CaseOpened, locks="case.ref.id")
async def tell_opened(tx: Transaction, heard: list[Heard[CaseOpened]]) -> list[News]:
    return await _tell(tx, heard)


@notify.hears(CaseAssigned, locks="case.ref.id")
async def tell_assigned(tx: Transaction, heard: list[Heard[CaseAssigned]]) -> list[News]:
    return await _tell(tx, heard)


@notify.hears(CaseReassigned, locks="case.ref.id")
async def tell_reassigned(tx: Transaction, heard: list[Heard[CaseReassigned]]) -> list[News]:
    return await _tell(tx, heard)


@notify.hears(LetterIssued, locks="case.ref.id")
async def tell_letter(tx: Transaction, heard: list[Heard[LetterIssued]]) -> list[News]:
    return await _tell(tx, heard)


@notify.hears(CaseRelapsed, locks="case.ref.id")
async def tell_relapsed(tx: Transaction, heard: list[Heard[CaseRelapsed]]) -> list[News]:
    return await _tell(tx, heard)


@notify.hears(CaseOverdue, locks="case.ref.id")
async def tell_overdue(tx: Transaction, heard: list[Heard[CaseOverdue]]) -> list[News]:
    return await _tell(tx, heard)


@notify.hears(CaseClosed, locks="case.ref.id")
async def tell_closed(tx: Transaction, heard: list[Heard[CaseClosed]]) -> list[News]:
    return await _tell(tx, heard)


async def _tell(tx: Transaction, heard: Sequence[Heard[Told]]) -> list[News]:
    """Tell each thing once to those whom it concerns, in-app, with one fact that names them all."""
    roster, day = await posts.at(tx), day_of(tx.now)
    causes = {one.envelope.id: one for one in reversed(heard)}
    tellings = {key: _telling(one.body, roster, day, tx.now) for key, one in causes.items()}
    return [
        (causes[key], _notified(tellings[key], notices, tx.now))
        for key, notices in (await store.add(tx, tellings)).items()
        if notices
    ]


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
            "a notice is receipted by whom it was sent to",
            errors=[{"field": "notice_id", "rule": "must be a notice of one's own"}],
        )
    if kept.notice.receipted_at is not None:
        return Answer(kept.notice)
    await store.receipt(tx, kept.notice.id, ask.actor)
    signed = kept.notice.model_copy(update={"receipted_at": tx.now})
    return Answer(signed, [Receipted(notice_id=signed.id, division=kept.division, by=ask.actor, at=tx.now)])
