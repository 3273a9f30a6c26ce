"""The rounds that rangers of the demo walk with phones: whole, too short, with points that come late, and appealed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

import shapely

from contracts.language.datum import from_cgcs2000
from contracts.language.division import Division
from contracts.language.intake import intake_subject
from contracts.language.values import Role
from contracts.patrol import (
    AppealState,
    AppealVerdict,
    DecideAppeal,
    ListPatrols,
    PatrolReport,
    PatrolShown,
    PatrolsShown,
    TrackBatch,
)
from contracts.roster import Area
from contracts.roster import Post as RosterPost
from demo.in_depth.planned import Planned
from demo.people import People
from demo.reports import DATUMS, Expected, Post
from deploy.nats.users import Official

PHONES = "ranger-app"
KINDS = ("whole",) * 4 + ("late", "late", "short", "short", "upheld", "refused", "lost", "whole")
"""How each round goes: `short` and `lost` are never long enough, `upheld` and `refused` are short, and appealed."""
VERDICTS = {
    "whole": ("valid",),
    "late": ("invalid", "valid"),
    "short": ("invalid",),
    "upheld": ("invalid", "valid"),
    "refused": ("invalid",),
    "lost": ("invalid",),
}
WALKED = (3, 6, 9)
"""In which steps of the play: a third of the rounds in each."""
POINTS, OF_A_SHORT_ONE = 51, 15
STEP_M, EVERY = 60.0, timedelta(minutes=1)
BEGAN = timedelta(hours=6)
"""So long ago: what was begun a day ago and not ended would be closed as incomplete before its end is heard of."""
METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class _Round:
    name: str
    kind: str
    step: int
    post: RosterPost
    lon: float
    lat: float

    @property
    def terminal(self) -> str:
        return f"phone-of-{self.name}"

    @property
    def ranger(self) -> str:
        return self.post.appointments[-1].person.id


class Rounds:
    """A dozen rounds of as many rangers, each with a phone."""

    def __init__(self, areas: Sequence[Area], posts: Sequence[RosterPost], planned: Planned) -> None:
        grounds = {one.id: one.boundary for one in areas}
        self._rounds: list[_Round] = []
        self._begun: dict[int, datetime] = {}
        for n, (kind, post) in enumerate(zip(KINDS, walkers(posts), strict=True)):
            middle = shapely.geometry.shape(grounds[post.area_id].model_dump()).representative_point()
            step = WALKED[n * len(WALKED) // len(KINDS)]
            self._rounds.append(_Round(f"round-{n + 1}", kind, step, post, middle.x, middle.y))
        for one in self._rounds:
            planned.verdicts[one.name] = VERDICTS[one.kind]
            kept = {"lost": 0, "whole": POINTS, "late": POINTS}.get(one.kind, OF_A_SHORT_ONE)
            planned.points[one.terminal] = kept

    def held(self) -> list[dict[str, Any]]:
        """Whose hands each phone is in."""
        return [
            {
                "source": PHONES,
                "terminal": one.terminal,
                "division": one.post.division,
                "person_id": one.ranger,
                "post_id": one.post.id,
                "carried_from": "2020-01-01T00:00:00Z",
            }
            for one in self._rounds
        ]

    def waves(self, step: int, now: datetime) -> list[list[Post]]:
        """What phones send in this step: what begins is heard of before what ends.

        Points that are late come when nobody waits for them any more, and the verdict has been spoken.
        """
        its = [one for one in self._rounds if one.step == step]
        late = [one for one in self._rounds if one.step == step - 2 and one.kind == "late"]
        begin = self._begun[step] = now - BEGAN
        sent = {"lost": 0, "whole": POINTS}
        return [
            [self._moved(one, "begin", begin, now) for one in its],
            [self._moved(one, "end", begin + (POINTS - 1) * EVERY, now) for one in its]
            + [
                self._points(one, begin, range(count), now)
                for one in its
                if (count := sent.get(one.kind, OF_A_SHORT_ONE))
            ],
            [self._points(one, self._begun[one.step], range(OF_A_SHORT_ONE, POINTS), now) for one in late],
        ]

    async def act(self, step: int, people: People) -> None:
        """Appeals when the verdict has been spoken, their decisions a step after that."""
        for one in self._rounds:
            if one.kind not in ("upheld", "refused") or step not in (one.step + 1, one.step + 2):
                continue
            division = one.post.division
            listed = await people.ask(ListPatrols(post_id=one.post.id), one.ranger, division, PatrolsShown)
            (id,) = [patrol.id for patrol in listed.patrols if patrol.external_id == one.name]
            if step == one.step + 1:
                appeal = AppealVerdict(patrol_id=id, reason="手机没电，后半程没有记录")
                await people.ask(appeal, one.ranger, division, PatrolShown)
            else:
                decided = DecideAppeal(patrol_id=id, decision=AppealState(one.kind), reason="经现场核对")
                await people.ask(decided, f"p-{division[:6]}000000-office", division, PatrolShown)

    def _moved(self, one: _Round, move: str, at: datetime, now: datetime) -> Post:
        stated = {"patrol_id": one.name, "move": move, "at": at.isoformat(), "terminal": one.terminal}
        return _post(PatrolReport, f"{one.name}-{move}", stated, now)

    def _points(self, one: _Round, begin: datetime, which: range, now: datetime) -> Post:
        """Of a way to the east and then to the north; the last point is broken on purpose."""
        points: list[dict[str, Any]] = []
        for n in which:
            east, north = min(n, POINTS // 2), max(0, n - POINTS // 2)
            lat = one.lat + north * STEP_M / METRES_A_DEGREE
            lon = one.lon + east * STEP_M / METRES_A_DEGREE / cos(radians(one.lat))
            x, y = from_cgcs2000(lon, lat, DATUMS[PHONES])
            points.append({"lon": x, "lat": y, "at": (begin + n * EVERY).isoformat(), "accuracy_m": 8})
        points.append({**points[-1], "lon": 0.0, "lat": 0.0})
        name = f"{one.name}-points-{which.start}"
        stated = {"batch_id": name, "terminal": one.terminal, "datum": DATUMS[PHONES], "points": points}
        return replace(_post(TrackBatch, name, stated, now), points=Counter(kept=len(which), zero_island=1))


def walkers(posts: Sequence[RosterPost]) -> list[RosterPost]:
    """As many rangers as there are rounds, all over the city."""
    held = [one for one in posts if one.role is Role.RANGER and one.appointments]
    return held[:: len(held) // len(KINDS)][: len(KINDS)]


def officials(posts: Sequence[RosterPost]) -> list[Official]:
    """Who walks may appeal."""
    return [Official(one.appointments[-1].person.id, Division(one.division)) for one in walkers(posts)]


def _post(kind: type[PatrolReport] | type[TrackBatch], id: str, stated: dict[str, Any], at: datetime) -> Post:
    body = json.dumps(stated, ensure_ascii=False).encode()
    return Post(at, PHONES, intake_subject(kind, PHONES), kind.type(), body, Expected.NEW, f"demo-{id}")
