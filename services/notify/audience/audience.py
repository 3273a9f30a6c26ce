"""Who is to be told of something, by today's holders (DOMAIN §8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from contracts.cases import CaseFact, CasePassedOn, CaseReferred, LetterFact, PlanSubmitted
from contracts.language.division import Division, Level
from contracts.language.values import CHIEFS, PersonRef, PostRef, Role, UnitRef
from contracts.notify.telling import NAMED, NEAREST_CHIEF, TWO_TIERS_UP, WhoIsTold
from contracts.patrol import (
    AlarmRaised,
    ClearanceVerified,
    DutyFact,
    DutyMet,
    DutyState,
    FirstStepFact,
    PatrolFact,
    PatrolJudged,
    PlotFact,
    VerdictAppealed,
    VerdictState,
)
from contracts.roster import DirectiveFulfilled, FindingState, FindingStated, Post
from services.notify.audience.rule import TELLING, rule_of
from services.runtime.reference.posts import holds, nearest_chief, stands_on

Told = AlarmRaised | FirstStepFact | PlotFact | CaseFact | DutyFact | PatrolFact | FindingStated | DirectiveFulfilled
"""What people are told of."""
REMEMBERED = 20_000
"""Answers kept to the question who is told; there are about as many as grids and rules."""
LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person by a post, or a unit where nobody holds the post."""

    post_id: str | None
    person: PersonRef | None
    unit: UnitRef

    @property
    def key(self) -> tuple[bool, str]:
        return (False, self.unit.id) if self.person is None else (True, self.person.id)


Recipients = tuple[Recipient, ...]


class Audience:
    """The posts there are, by id, area and unit."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self._by_id = {post.id: post for post in sorted(posts, key=lambda post: post.id)}
        self._by_area: dict[str, list[Post]] = {}
        self._recipients = lru_cache(maxsize=REMEMBERED)(self._found)
        self._by_unit: dict[str, list[Post]] = {}
        for post in self._by_id.values():
            self._by_area.setdefault(post.area_id, []).append(post)
            self._by_unit.setdefault(post.unit.id, []).append(post)

    def recipients(
        self, rule: WhoIsTold, post_ids: tuple[str, ...], units: tuple[UnitRef, ...], day: date
    ) -> Recipients:
        """Whom a rule tells of what these posts answer for and these units do; the same question is answered once."""
        return self._recipients(rule.posts, post_ids, units, TELLING.today.acts_for_its_unit, day)

    def _found(
        self,
        whom: tuple[str, ...],
        post_ids: tuple[str, ...],
        units: tuple[UnitRef, ...],
        acting: tuple[Role, ...],
        day: date,
    ) -> Recipients:
        answering = [post for post_id in post_ids if (post := self._by_id.get(post_id)) is not None]
        standing = [post for post in answering if stands_on(post, day)]
        found = [_by_post(post, day) for post in _chosen(whom, standing)]
        for unit in units:
            its = self._acting_for(unit, acting, day)
            found += [_by_post(post, day) for post in its] or [Recipient(None, None, unit)]
        return tuple({one.key: one for one in reversed(found)}.values())[::-1]

    def answering(self, told: Told) -> tuple[str, ...]:
        """The posts that answer for what is told of, the smallest area first."""
        if isinstance(told, AlarmRaised | FirstStepFact):
            return self._of_areas(area.id for area in told.incident.areas)
        if isinstance(told, PlotFact):
            return self._of_areas(map(str, told.plot.division.chain()))
        if isinstance(told, DutyFact):
            return (told.duty.post_id,)
        if isinstance(told, VerdictAppealed):
            return self._offices(told.patrol.division, told.patrol.post_id)
        if isinstance(told, PatrolFact):
            return (told.patrol.post_id,)
        if isinstance(told, DirectiveFulfilled):
            return (told.issuer.id,)
        if isinstance(told, FindingStated):
            found = told.finding
            return self._of_areas(dict.fromkeys(filter(None, (found.area_id, *map(str, found.division.chain())))))
        return tuple(ref.id for ref in _named(told))

    def _of_areas(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(post.id for id in ids for post in self._by_area.get(id, ()))

    def _offices(self, division: Division, but: str) -> tuple[str, ...]:
        """The chief offices of the smallest area above a place that has any but this one."""
        for area_id in map(str, division.chain()):
            its = [post.id for post in self._by_area.get(area_id, ()) if post.role is Role.OFFICE and post.id != but]
            if its:
                return tuple(its)
        return ()

    def _acting_for(self, unit: UnitRef, acting: tuple[Role, ...], day: date) -> list[Post]:
        """The posts of these roles held on that day, through which a unit is told."""
        its = (post for post in self._by_unit.get(unit.id, ()) if post.role in acting)
        return [post for post in its if stands_on(post, day) and post.holder_on(day)]

    def units_of(self, person_id: str, day: date) -> list[str]:
        """The units that a person reads for on that day."""
        acting = TELLING.today.acts_for_its_unit
        return [
            unit_id
            for unit_id, posts in self._by_unit.items()
            if any(post.role in acting and holds(post, person_id, day) for post in posts)
        ]


def concerns_anybody(told: Told) -> bool:
    """Of what goes as it should nobody is told, unless it corrects what they were told before."""
    if isinstance(told, DutyMet):
        return told.before in (DutyState.MISSED, DutyState.VACANT)
    if isinstance(told, PatrolJudged):
        return VerdictState.INVALID in (told.patrol.verdict.state, told.before)
    if isinstance(told, ClearanceVerified):
        return told.redo_by is not None
    return True


def recipients(told: Told, posts: Audience, day: date) -> Recipients:
    """Who is to be told, by today's holders; each person, or each unit in the place of a vacant post, once."""
    if isinstance(told, FindingStated) and told.finding.state is FindingState.SETTLED:
        # What is put right is nobody's any more.
        return ()
    rule = rule_of(told.name)
    return posts.recipients(rule, posts.answering(told), tuple(_units(rule, told)), day)


def _named(told: CaseFact) -> Iterable[PostRef]:
    """The posts that a fact is about: those that answer for the case now, unless it names others itself."""
    if isinstance(told, LetterFact):
        return told.letter.posts
    if isinstance(told, CasePassedOn):
        # Who stands above has changed for every case of the area: only who is at it is told of each.
        nearest = nearest_chief(told.case.acting)
        return [post for post in told.posts if post == nearest or post.role is Role.RANGER]
    return told.case.acting or told.case.answerable


def _chosen(stated: Sequence[str], answering: Sequence[Post]) -> Iterator[Post]:
    for whom in stated:
        role, _, level = whom.partition("@")
        its = [post for post in answering if post.division.level == level] if level else answering
        if role == NAMED:
            yield from its
        elif role == NEAREST_CHIEF:
            yield from filter(None, [nearest_chief(its)])
        elif role == TWO_TIERS_UP:
            yield from _two_tiers_up(its)
        else:
            yield from (post for post in its if post.role == role)


def _two_tiers_up(answering: Sequence[Post]) -> Iterator[Post]:
    chiefs = [post for post in answering if post.role in CHIEFS]
    tiers = sorted({post.division.level for post in chiefs}, key=LEVELS.index, reverse=True)[:3]
    for tier in tiers:
        of_tier = [post for post in chiefs if post.division.level is tier]
        for area_id in dict.fromkeys(post.area_id for post in of_tier):
            yield from filter(None, [nearest_chief(post for post in of_tier if post.area_id == area_id)])


def _units(rule: WhoIsTold, told: Told) -> Iterator[UnitRef]:
    if isinstance(told, FindingStated):
        yield from filter(None, [told.finding.office])
    if not isinstance(told, CaseFact):
        return
    case = told.case
    owner = case.owner.unit if case.owner else None
    is_assigned = case.unit is not None and owner is not None and owner.id == case.unit.id
    named = {
        "office": case.office,
        "unit": case.unit,
        "owner": owner,
        "holder": case.unit or case.office,
        "assignee": case.unit if is_assigned else None,
        "approver": (told.approver if isinstance(told, PlanSubmitted) else None) or case.office,
        "addressee": told.letter.to if isinstance(told, LetterFact) else None,
        "receiver": told.referral.to if isinstance(told, CaseReferred) else None,
    }
    yield from (unit for word in rule.units if (unit := named[word]) is not None)


def _by_post(post: Post, day: date) -> Recipient:
    return Recipient(post.id, post.holder_on(day), post.unit)
