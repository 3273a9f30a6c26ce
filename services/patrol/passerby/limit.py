"""Whether one report more of a source or device is taken, and from when again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.language.envelope import Envelope
from contracts.language.intake import Problem
from contracts.language.rules import broken
from contracts.law.passerby import PasserbyRules, ReportLimit
from contracts.patrol import IncidentReport, PasserbyReport, ReporterKind
from services.patrol.incident.judging import Key
from services.runtime.messages import Heard

Sender = tuple[str, str | None]
"""A source, and a device of it."""
MOST_NAMED = 128
"""Letters that an external id has at most."""


@dataclass(slots=True)
class Taken:
    """When reports were taken of whom, the earliest first; kept up from one report to the next."""

    now: datetime
    times: dict[Sender, list[datetime]] = field(default_factory=dict)

    def problem(self, one: Heard[PasserbyReport], rules: PasserbyRules) -> Problem | None:
        """What forbids to take one more; None where it is taken, which counts from then on."""
        senders = {"source": (one.source, None), "device": (one.source, one.body.device)}
        found = []
        for limit in rules.limits:
            if limit.of == "device" and one.body.device is None:
                continue
            again = self._again(self.times.get(senders[limit.of], []), limit)
            if again is not None:
                found.append((again, limit))
        if found:
            again, limit = max(found, key=lambda it: it[0])
            rule = broken("too_many_reports", most=limit.most, minutes=limit.within_minutes, again=_said(again))
            return Problem.of("device" if limit.of == "device" else "subject", rule)
        for sender in {senders["source"], senders["device"]}:
            self.times.setdefault(sender, []).append(self.now)
        return None

    def _again(self, times: Sequence[datetime], limit: ReportLimit) -> datetime | None:
        """When the oldest of the newest so many is old enough; None where there is room."""
        if len(times) < limit.most:
            return None
        again = times[-limit.most] + timedelta(minutes=limit.within_minutes)
        return again if again > self.now else None


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def as_report(one: Heard[PasserbyReport], seen_at: datetime) -> Heard[IncidentReport]:
    """The report of an incident that it is; what was seen without saying when, was seen as it was sent first."""
    body = one.body
    report = IncidentReport(
        external_id=key_of(one)[1],
        kind=body.kind,
        at=body.at,
        seen_at=body.seen_at or seen_at,
        reporter=ReporterKind.PUBLIC,
        text=body.text,
        evidence=body.photos,
    )
    envelope: Envelope = one.envelope
    return Heard(report, envelope, one.subject, one.source, one.stream_sequence)


def key_of(one: Heard[PasserbyReport]) -> Key:
    """Apart from what the same source reports itself; where that is too long for a name, by its digest."""
    external_id = one.body.external_id
    name = f"passerby {external_id}"
    if len(name) > MOST_NAMED:
        name = f"passerby {hashlib.blake2b(external_id.encode()).hexdigest()[:64]}"
    return one.source, name
