"""The demo's work in the forest: progress reported against the plan, and rounds walked with terminals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import shapely

from contracts.language.datum import from_cgcs2000
from contracts.language.intake import intake_subject
from contracts.language.values import AreaKind, Datum, day_of
from contracts.patrol import TrackBatch
from contracts.roster import Area
from contracts.targets import ProgressReport, Target, TargetKind, TargetUnit
from demo.reports import Expected, Post

PROGRESS_EVERY, TRACKS_EVERY = 3, 2
"""In so many steps once."""
ENTITIES = ("枫树山林场", "银坞林场", "示范造林合作社", "绿源林业公司")


@dataclass(frozen=True, slots=True)
class _Reported:
    external_id: str
    target_id: str
    amount: Decimal
    first: datetime
    last: datetime
    revision: int = 1


class Fieldwork:
    """Draws what the forestry bureau reports as done and what rangers' terminals send."""

    def __init__(self, areas: Sequence[Area], plan: Sequence[Target], seed: int) -> None:
        self._draw = Random(seed + 1)
        self._targets = [t for t in plan if t.kind is TargetKind.QUANTITY and t.unit is TargetUnit.MU and t.amount]
        self._grids = [area for area in areas if area.kind is AreaKind.GRID]
        self._step = 0

    def between(self, first: datetime, last: datetime) -> list[Post]:
        self._step += 1
        found: list[Post] = []
        if self._step % PROGRESS_EVERY == 0:
            found += self._progress(first, last)
        if self._step % TRACKS_EVERY == 0:
            found += [self._track(first, last, datum, at) for at, datum in enumerate(Datum)]
        return found

    def _progress(self, first: datetime, last: datetime) -> list[Post]:
        """One report for each quantity of the plan, one of them corrected, one sent twice, one for nothing known."""
        found = []
        for target in self._targets:
            assert target.amount is not None
            amount = (target.amount * Decimal(self._draw.randint(200, 700)) / 10_000).quantize(Decimal("0.01"))
            name = f"{target.id}-{self._step}"
            reported = _Reported(name, target.id, amount, first, last)
            found.append(self._report(reported, last, Expected.NEW))
        corrected = _Reported(name, target.id, amount + Decimal("1.5"), first, last, revision=2)
        found.append(self._report(corrected, last, Expected.REVISED))
        found.append(self._report(corrected, last, Expected.REPEAT))
        unknown = _Reported(f"unknown-{self._step}", "2020-no-such-target", amount, first, last)
        found.append(self._report(unknown, last, Expected.REFUSED))
        return found

    def _report(self, reported: _Reported, at: datetime, expected: Expected) -> Post:
        stated = {
            "external_id": reported.external_id,
            "revision": reported.revision,
            "target_id": reported.target_id,
            "entity": ENTITIES[self._step % len(ENTITIES)],
            "plot": f"{self._step} 号小班",
            "period": {"first": str(day_of(reported.first)), "last": str(day_of(reported.last))},
            "amounts": {"reported": str(reported.amount), "mapped": str(reported.amount / 2)},
        }
        return self._post(intake_subject(ProgressReport, "forestry"), ProgressReport, "forestry", stated, at, expected)

    def _track(self, first: datetime, last: datetime, datum: Datum, at: int) -> Post:
        """A round of forty minutes in one grid; the last point is broken on purpose."""
        grid = self._draw.choice(self._grids)
        lon, lat = shapely.geometry.shape(grid.boundary.model_dump()).representative_point().coords[0]
        begin = first + (last - first) * self._draw.uniform(0.2, 0.8)
        points: list[dict[str, Any]] = []
        for minute in range(40):
            x, y = from_cgcs2000(lon + minute * 0.0002, lat, datum)
            points.append({"lon": x, "lat": y, "at": (begin + timedelta(minutes=minute)).isoformat(), "accuracy_m": 8})
        points.append({**points[-1], "lon": 0.0, "lat": 0.0, "at": (begin + timedelta(minutes=41)).isoformat()})
        stated = {
            "batch_id": f"round-{self._step}-{at}",
            "terminal": f"terminal-{at}",
            "datum": datum,
            "points": points,
        }
        subject = intake_subject(TrackBatch, "ranger-app")
        post = self._post(subject, TrackBatch, "ranger-app", stated, last, Expected.NEW)
        return replace(post, points=Counter(kept=40, zero_island=1))

    def _post(
        self,
        subject: str,
        kind: type[ProgressReport] | type[TrackBatch],
        source: str,
        stated: dict[str, Any],
        at: datetime,
        expected: Expected,
    ) -> Post:
        body = json.dumps(stated, ensure_ascii=False).encode()
        message_id = f"{kind.parts()[1]}-{self._step}-{self._draw.getrandbits(40):010x}"
        return Post(at, source, subject, kind.type(), body, expected, message_id)
