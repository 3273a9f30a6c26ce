"""What becomes of a report: located, linked, revised, a repeat, or refused (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.datum import to_cgcs2000
from contracts.incident import Incident
from contracts.intake import IncidentReport, Problem
from services.patrol.near import Place, Standing, cell, nearest
from services.runtime.ground import Found
from services.runtime.messages import Heard

FUTURE = timedelta(minutes=5)
"""How far a sender's clock may be ahead."""
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:linzhang:incident")

Key = tuple[str, str]
"""(source, external_id): names a report for ever."""


class Fate(StrEnum):
    LOCATED = "located"
    LINKED = "linked"
    REVISED = "revised"
    REPEAT = "repeat"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Known:
    """A report as it stands; `linked_to` when it corroborates another."""

    id: UUID
    revision: int
    linked_to: UUID | None
    weight: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one report; `to` is the incident it belongs to, with the weight that one now has."""

    heard: Heard[IncidentReport]
    fate: Fate
    incident: Incident | None = None
    to: UUID | None = None
    weight: int = 1
    distance_m: float = 0.0
    problems: tuple[Problem, ...] = ()


def key_of(heard: Heard[IncidentReport]) -> Key:
    return heard.source, heard.body.external_id


def incident_id(key: Key) -> UUID:
    return uuid5(_NAMESPACE, "\0".join(key))


def position(report: IncidentReport) -> tuple[float, float]:
    return to_cgcs2000(report.at.lon, report.at.lat, report.at.datum)


def judge(
    heard: Sequence[Heard[IncidentReport]],
    places: Sequence[Found],
    known: Mapping[Key, Known],
    standing: dict[Place, list[Standing]],
    now: datetime,
) -> list[Outcome]:
    """What becomes of each report, in the order heard.

    `places` has the areas that contain each report's point, `known` the reports that have been heard before,
    `standing` the unresolved incidents by place; new ones are added to both for those that follow.
    """
    stands = dict(known)
    outcomes = []
    for one, found in zip(heard, places, strict=True):
        outcome = _judge(one, found, stands.get(key_of(one)), standing, now)
        outcomes.append(outcome)
        if outcome.incident is not None and outcome.to is not None:
            linked_to = None if outcome.to == outcome.incident.id else outcome.to
            stands[key_of(one)] = Known(outcome.incident.id, one.body.revision, linked_to, outcome.weight)
    return outcomes


def _judge(
    heard: Heard[IncidentReport],
    found: Found,
    known: Known | None,
    standing: dict[Place, list[Standing]],
    now: datetime,
) -> Outcome:
    report = heard.body
    if known is not None and report.revision <= known.revision:
        return Outcome(heard, Fate.REPEAT, to=known.linked_to or known.id)
    problems = problems_of(report, found, now)
    if problems:
        return Outcome(heard, Fate.REFUSED, problems=problems)
    lon, lat = position(report)
    if known is not None:
        incident = _incident(heard, lon, lat, found, known.weight, now)
        return Outcome(heard, Fate.REVISED, incident, known.linked_to or known.id, known.weight)
    incident = _incident(heard, lon, lat, found, 1, now)
    near = nearest(report.kind, lon, lat, report.seen_at, standing)
    if near is not None:
        near[0].weight += 1
        return Outcome(heard, Fate.LINKED, incident, near[0].id, near[0].weight, near[1])
    new = Standing(incident.id, lon, lat, report.seen_at, 1)
    standing.setdefault((cell(lon, lat), report.kind), []).append(new)
    return Outcome(heard, Fate.LOCATED, incident, incident.id)


def problems_of(report: IncidentReport, found: Found, now: datetime) -> tuple[Problem, ...]:
    """Each field that forbids taking the report, with the rule it breaks."""
    problems = []
    if report.seen_at > now + FUTURE:
        problems.append(
            Problem(field="seen_at", rule=f"must not be in the future; it is {now:%Y-%m-%dT%H:%M:%SZ} here")
        )
    if not found:
        problems.append(Problem(field="at", rule="must lie in a responsibility area that was in force on that day"))
    return tuple(problems)


def _incident(
    heard: Heard[IncidentReport], lon: float, lat: float, found: Found, weight: int, now: datetime
) -> Incident:
    report = heard.body
    # Parts that the contract has read or roster has stated.
    return Incident.model_construct(
        id=incident_id(key_of(heard)),
        source=heard.source,
        external_id=report.external_id,
        revision=report.revision,
        kind=report.kind,
        severity=report.severity,
        lon=lon,
        lat=lat,
        stated=report.at,
        division=found[0].division,
        areas=found,
        seen_at=report.seen_at,
        reported_at=now,
        reporter=report.reporter,
        text=report.text,
        evidence=report.evidence,
        details=report.details,
        weight=weight,
    )
