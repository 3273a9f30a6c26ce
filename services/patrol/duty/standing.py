"""How a duty stands, and what becomes of it: by what has been done, by the days, and by who held the post."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.language.division import Division
from contracts.language.values import PersonRef, Role
from contracts.law.duty import DutyRule
from contracts.patrol import (
    Duty,
    DutyExcused,
    DutyFact,
    DutyMet,
    DutyMissed,
    DutyReopened,
    DutyState,
    DutyVacant,
    Order,
)
from services.patrol.duty.asked import Asked
from services.patrol.duty.judging import Reached
from services.patrol.duty.period import Days

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:linzhang:duty")


def duty_id(post_id: str, rule_id: str, key: str) -> UUID:
    """One duty of a post, a rule and a period has one id, however often it is opened; of an order, the order is it."""
    return uuid5(_NAMESPACE, f"{post_id}\0{rule_id}\0{key}")


@dataclass(frozen=True, slots=True)
class Placed:
    """The post that a duty is of."""

    id: str
    role: Role
    area_id: str
    division: Division


@dataclass(frozen=True, slots=True)
class Standing:
    """A duty as it stands; it goes on under the rule by which it was opened."""

    id: UUID
    post: Placed
    rule_id: str
    rule: DutyRule
    version: str
    days: Days
    closes_on: date
    state: DutyState = DutyState.OPEN
    done: int = 0
    reason: str | None = None
    order: Order | None = None

    @classmethod
    def of(cls, post: Placed, asked: Asked, order: Order | None = None) -> Standing:
        id = duty_id(post.id, asked.rule_id, str(asked.period.first) if order is None else order.number)
        return cls(id, post, asked.rule_id, asked.rule, asked.version, asked.days, asked.closes_on, order=order)

    def told(self) -> Duty:
        """As facts name it."""
        # Parts that the contract or the law has read.
        return Duty.model_construct(
            id=self.id,
            post_id=self.post.id,
            role=self.post.role,
            area_id=self.post.area_id,
            division=self.post.division,
            rule=self.rule_id,
            name=self.rule.name,
            name_en=self.rule.name_en,
            version=self.version,
            source=self.rule.source,
            activity=self.rule.activity,
            period=self.rule.period,
            count=self.rule.count,
            counted=self.rule.counted,
            first=self.days.first,
            last=self.days.last,
        )


News = tuple[Standing, DutyFact | None]


def walked(duty: Standing, reach: Reached, holder: PersonRef | None, at: datetime, today: date) -> News:
    """What has been walked has changed: it may be met now, late or in time, or not be any more.

    `holder` is who held the post on the last day of the duty, or holds it today while that is to come.
    """
    now = replace(duty, done=reach.done)
    if duty.state is DutyState.EXCUSED:
        return now, None
    if reach.met:
        if duty.state is DutyState.MET:
            return now, None
        fact = DutyMet(duty=duty.told(), at=at, done=reach.done, before=duty.state, holder=holder)
        return replace(now, state=DutyState.MET), fact
    if duty.state is not DutyState.MET:
        return now, None
    if today > duty.closes_on:
        return closed(replace(now, state=DutyState.OPEN), reach, holder, at)
    return replace(now, state=DutyState.OPEN), DutyReopened(duty=duty.told(), at=at, done=reach.done)


def closed(duty: Standing, reach: Reached, holder: PersonRef | None, at: datetime) -> News:
    """The days have passed: a duty that nobody held on its last day is vacant, any other is missed."""
    if reach.met:
        return walked(duty, reach, holder, at, duty.closes_on)
    now = replace(duty, done=reach.done)
    if holder is None:
        fact: DutyFact = DutyVacant(duty=duty.told(), at=at, done=reach.done)
        return replace(now, state=DutyState.VACANT), fact
    fact = DutyMissed(duty=duty.told(), at=at, done=reach.done, missing=reach.missing, holder=holder)
    return replace(now, state=DutyState.MISSED), fact


def excused(duty: Standing, reason: str, by: str, at: datetime) -> tuple[Standing, DutyFact]:
    fact = DutyExcused(duty=duty.told(), at=at, before=duty.state, reason=reason, by=by)
    return replace(duty, state=DutyState.EXCUSED, reason=reason), fact
