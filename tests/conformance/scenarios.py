"""What each service is given and what its contract says that it must tell."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contracts.cases import CaseAssigned, CaseClosed, CaseOpened, CaseState
from contracts.language.intake import intake_subject
from contracts.language.values import UnitRef
from contracts.patrol import IncidentLinked, IncidentLocated
from contracts.roster import PostStated
from services.cases import case as rules
from services.cases.post import Posts
from tests.cases.world import POSTS, STATION, incident
from tests.conformance.wire import Sent, fact, posted
from tests.patrol.ground import STATED, report

FIRST = random.SystemRandom().randrange(1_000, 900_000)
"""Each run speaks of things of its own."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`reference` is told first; `cause(n)` brings about a fact `told` on `stream`; `swapped(n)` comes the later first.

    `told_of` picks what is the same for all facts about one thing, `after_swap` how many there are then.
    """

    reference: tuple[Sent, ...]
    cause: Callable[[int], Sent]
    stream: str
    told: str
    swapped: Callable[[int], tuple[Sent, ...]]
    after_swap: int


def _opened(n: int):
    now = datetime.now(UTC)
    return rules.open_case(incident(FIRST + n), f"2020-360222-{FIRST + n:06d}", 1, Posts(POSTS), now), now


def _case_opened(n: int) -> Sent:
    case, now = _opened(n)
    return fact("cases", CaseOpened(case=case, by="cases", at=now))


def _assigned_before_opened(n: int) -> tuple[Sent, ...]:
    case, now = _opened(n)
    unit = {"state": CaseState.ASSIGNED, "unit": UnitRef(id=STATION.id, name=STATION.name)}
    assigned = CaseAssigned(case=case.model_copy(update=unit), by="p-office", at=now + timedelta(seconds=1))
    return fact("cases", assigned, 2), fact("cases", CaseOpened(case=case, by="cases", at=now), 1)


def _closed_before_opened(n: int) -> tuple[Sent, ...]:
    case, now = _opened(n)
    ended = case.model_copy(update={"state": CaseState.CLOSED, "owner": None})
    closed = CaseClosed(case=ended, by="p-office", at=now + timedelta(seconds=1))
    return fact("cases", closed, 2), fact("cases", CaseOpened(case=case, by="cases", at=now), 1)


def _located(n: int) -> Sent:
    return fact("patrol", IncidentLocated(incident=incident(FIRST + n)))


def _linked_before_located(n: int) -> tuple[Sent, ...]:
    linked = IncidentLinked(incident=incident(FIRST + 5_000 + n), to=incident(FIRST + n).id, distance_m=20, weight=2)
    return fact("patrol", linked, 2), _located(n)


def _reported(n: int, revision: int = 1) -> Sent:
    seen = datetime.now(UTC) - timedelta(days=3 * (n + 1))
    body = report(f"{FIRST}-{n}", seen_at=seen, revision=revision)
    return posted("acme", body, intake_subject(type(body), "acme"))


def _newer_revision_first(n: int) -> tuple[Sent, ...]:
    return _reported(n, 2), _reported(n, 1)


_POSTS = tuple(fact("roster", PostStated(post=post)) for post in POSTS)
_AREAS = tuple(fact("roster", stated) for stated in STATED)

SCENARIOS = {
    "patrol": Scenario(_AREAS, _reported, "PATROL", "patrol.located.v1", _newer_revision_first, 1),
    "cases": Scenario(_POSTS, _located, "CASES", "cases.opened.v1", _linked_before_located, 1),
    "targets": Scenario(_POSTS, _case_opened, "TARGETS", "targets.recorded.v1", _closed_before_opened, 2),
    "notify": Scenario(_POSTS, _case_opened, "NOTIFY", "notify.notified.v1", _assigned_before_opened, 2),
}
"""Roster hears nothing: what it promises is in its commands alone."""
