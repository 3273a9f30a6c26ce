"""What notify does when it hears of alarms, duties, clearance, cases, and what is found in registers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from contracts.cases import CaseFact, CaseOpened
from contracts.language.values import day_of
from contracts.notify import Addressee, Channel, Notified
from contracts.patrol import (
    AlarmRaised,
    AppealDecided,
    ClearanceVerified,
    DutyDueSoon,
    DutyMet,
    DutyMissed,
    DutyVacant,
    FirstStepDue,
    FirstStepMissed,
    PatrolJudged,
    PatrolUnfinished,
    PlotNotCleared,
    PlotOnNaturalForest,
    VerdictAppealed,
)
from contracts.roster import DirectiveFulfilled, FindingStated
from contracts.wiring.table import HEARS
from services.notify.audience import audience
from services.notify.audience.audience import Audience, Recipient, Told
from services.notify.audience.store import POSTS
from services.notify.telling import store, telling, text
from services.notify.telling.store import Telling
from services.runtime.messages import Heard, News
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
CASE_FACTS = tuple(fact for fact in HEARS["notify"] if issubclass(fact, CaseFact) and fact is not CaseOpened)
"""Of a case that was opened before, those facts after which somebody must act, or need not any more."""
OF_OPENED = (
    "at",
    *(f"case.{name}" for name in ("ref", "kind", "severity", "place", "seen_at", "text")),
    *("case.acting.id", "case.answerable.id"),
    *(f"case.{name}" for name in ("office", "unit", "owner", "closed_on", "merged_into", "extension")),
)
"""Of a case that was opened, what its telling is made of."""


@room.hears(AlarmRaised, locks="incident.id", any_word=True)
@room.hears(FindingStated, locks="finding.id")
@room.hears(DirectiveFulfilled, locks="directive.id")
@room.hears(DutyDueSoon, DutyMissed, DutyVacant, DutyMet, locks="duty.post_id", any_word=True)
@room.hears(PatrolJudged, PatrolUnfinished, VerdictAppealed, AppealDecided, locks="patrol.id", any_word=True)
@room.hears(PlotOnNaturalForest, ClearanceVerified, PlotNotCleared, locks="plot.id", any_word=True)
@room.hears(FirstStepDue, FirstStepMissed, locks="incident.id", any_word=True)
@room.hears(CaseOpened, locks="case.ref.id", uses=OF_OPENED)
@room.hears(*CASE_FACTS, locks="case.ref.id")
async def tell(tx: Transaction, heard: list[Heard[Told]]) -> list[News]:
    """Tell each thing once to those whom it concerns, in-app, with one fact that names them all."""
    roster, day = await tx.see(POSTS), day_of(tx.now)
    causes = {one.envelope.id: one for one in reversed(heard) if audience.concerns_anybody(one.body)}
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


def _telling(told: Told, roster: Audience, day: date, now: datetime) -> Telling:
    thing_id, division = telling.thing_of(told)
    to = audience.recipients(told, roster, day)
    title, body = text.words_of(told)
    fate = telling.fate_of(told, to, now)
    return Telling(thing_id, told.name, telling.happened_at(told), division, fate, title, body, to)
