"""What each service is given and what it must tell then: the recorded payloads, with ids of their own."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid5

from contracts.cases import CaseAssigned, CaseClosed, CaseOpened
from contracts.language.intake import intake_subject
from contracts.language.message import Message
from contracts.patrol import IncidentLinked, IncidentLocated, IncidentReport
from contracts.roster import AreaStated, PostStated
from tests.conformance.wire import Sent, fact, posted

M = TypeVar("M", bound=Message)

PAYLOADS = Path(__file__).parents[2] / "contracts" / "published" / "payloads"
FIRST = random.SystemRandom().randrange(1_000, 900_000)
"""Each run speaks of things of its own."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`reference` is told first; `cause(n)` brings about a fact `told` on `stream`; `swapped(n)` comes the later first.

    `after_swap` is how many facts there are then.
    """

    reference: tuple[Sent, ...]
    cause: Callable[[int], Sent]
    stream: str
    told: str
    swapped: Callable[[int], tuple[Sent, ...]]
    after_swap: int


def _recorded(message: type[Message]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / message.name / "001.json").read_text("utf-8"))
    return found


def _read(message: type[M], body: dict[str, Any]) -> M:
    return message.model_validate_json(json.dumps(body, default=str))


def _id(what: str, n: int) -> str:
    return str(uuid5(UUID(int=0), f"{what} {FIRST + n}"))


def of_case(message: type[M], n: int, seconds: int = 0) -> M:
    """What was recorded of a case, told of the n-th one, so long after it was opened."""
    body = _recorded(message)
    body["case"]["ref"] |= {"id": _id("case", n), "number": f"2020-360222-{FIRST + n:06d}"}
    body["case"]["incident_id"] = _id("incident", n)
    return _read(message, {**body, "at": datetime.now(UTC) + timedelta(seconds=seconds)})


def _case_opened(n: int) -> Sent:
    return fact("cases", of_case(CaseOpened, n))


def _assigned_before_opened(n: int) -> tuple[Sent, ...]:
    return fact("cases", of_case(CaseAssigned, n, seconds=1), 2), _case_opened(n)


def _closed_before_opened(n: int) -> tuple[Sent, ...]:
    return fact("cases", of_case(CaseClosed, n, seconds=1), 2), _case_opened(n)


def _of_incident(message: type[M], n: int, **more: Any) -> M:
    body = _recorded(message)
    body["incident"] |= {"id": _id("incident", n), "external_id": f"r-{FIRST + n}"}
    return _read(message, body | more)


def _located(n: int) -> Sent:
    return fact("patrol", _of_incident(IncidentLocated, n))


def _linked_before_located(n: int) -> tuple[Sent, ...]:
    linked = _of_incident(IncidentLinked, 5_000 + n, to=_id("incident", n), distance_m=20, weight=2)
    return fact("patrol", linked, 2), _located(n)


def _reported(n: int, revision: int = 1) -> Sent:
    seen = datetime.now(UTC) - timedelta(days=3 * (n + 1))
    changes = {"external_id": f"{FIRST}-{n}", "seen_at": seen, "revision": revision}
    body = _read(IncidentReport, _recorded(IncidentReport) | changes)
    return posted("acme", body, intake_subject(IncidentReport, "acme"))


def _newer_revision_first(n: int) -> tuple[Sent, ...]:
    return _reported(n, 2), _reported(n, 1)


def _areas() -> list[dict[str, Any]]:
    """The areas in which the recorded incident lies, the outermost first, each on the recorded ground."""
    lies_in = list(reversed(_recorded(IncidentLocated)["incident"]["areas"]))
    above = [None, *(area["id"] for area in lies_in)]
    ground = _recorded(AreaStated)["area"]
    return [{**ground, **area, "parent_id": one} for area, one in zip(lies_in, above, strict=False)]


def _posts() -> list[dict[str, Any]]:
    """The posts that answer for the recorded case, and that of its office, held as the recorded one is."""
    case = _recorded(CaseOpened)["case"]
    (held,) = _recorded(PostStated)["post"]["appointments"]
    office = {"id": "360222000000-office", "role": "office", "area_id": "360222000000", "division": "360222000000"}
    official = {"id": "p-360222000000-office", "name": "浮梁县林长办负责人"}
    return [
        {
            **{name: post[name] for name in ("id", "role", "area_id", "division", "unit")},
            "title": post["role"],
            "appointments": [{**held, "person": post["holder"]}],
        }
        for post in (*case["answerable"], {**office, "unit": case["office"], "holder": official})
        if post["holder"]
    ]


_AREAS = tuple(fact("roster", _read(AreaStated, {"area": area})) for area in _areas())
_POSTS = tuple(fact("roster", _read(PostStated, {"post": post})) for post in _posts())

SCENARIOS = {
    "patrol": Scenario(_AREAS, _reported, "PATROL", "patrol.located.v1", _newer_revision_first, 1),
    "cases": Scenario(_POSTS, _located, "CASES", "cases.opened.v1", _linked_before_located, 1),
    "targets": Scenario(_POSTS, _case_opened, "TARGETS", "targets.recorded.v1", _closed_before_opened, 2),
    "notify": Scenario(_POSTS, _case_opened, "NOTIFY", "notify.notified.v1", _assigned_before_opened, 2),
}
"""Roster hears nothing: what it promises is in its commands alone."""
