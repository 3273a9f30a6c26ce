"""What becomes of a report: located, linked, revised, a repeat, or refused (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.language.datum import to_cgcs2000
from contracts.language.intake import Problem
from contracts.language.rules import broken
from contracts.patrol import PATCH, Incident, IncidentReport
from services.patrol.finding.source import patrol_of
from services.patrol.incident.judging import Judging, Key, Known, Look, Outcome, ReportFate
from services.patrol.incident.near import is_near, nearest
from services.patrol.incident.pixels import SENSOR, neighbouring, pixel_of, sensor_of
from services.patrol.incident.severity import acted_on, first_step, judged
from services.runtime.messages import Heard
from services.runtime.reference.ground import AreasHere

FUTURE = timedelta(minutes=5)
"""How far a sender's clock may be ahead."""
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:linzhang:incident")


def key_of(heard: Heard[IncidentReport]) -> Key:
    return heard.source, heard.body.external_id


def incident_id(key: Key) -> UUID:
    return uuid5(_NAMESPACE, "\0".join(key))


def sent_at(stated: datetime, incident: Incident) -> datetime:
    """When its sender says that it was reported, as far as that can be: not before it was seen, nor after it came."""
    return max(min(stated, incident.reported_at), min(incident.seen_at, incident.reported_at))


def position(report: IncidentReport) -> tuple[float, float]:
    return to_cgcs2000(report.at.lon, report.at.lat, report.at.datum)


def exchanged(report: IncidentReport) -> tuple[float, float] | None:
    """Where it would be with longitude and latitude exchanged; None where that is nowhere."""
    return None if abs(report.at.lon) > 90 else to_cgcs2000(report.at.lat, report.at.lon, report.at.datum)


def looked_at(
    heard: Sequence[Heard[IncidentReport]],
    positions: Sequence[tuple[float, float]],
    found: Sequence[AreasHere],
    known: Mapping[Key, Known],
) -> list[Look]:
    """Around what others are looked for: each report that lies in an area, and where those known were before."""
    reports = (
        Look(one.body.kind, *at, one.body.seen_at, one.body.details.get(SENSOR))
        for one, at, its in zip(heard, positions, found, strict=True)
        if its
    )
    before = (one.incident for one in known.values())
    return [*reports, *(Look(was.kind, was.lon, was.lat, was.seen_at, sensor_of(was)) for was in before)]


def moving(heard: Sequence[Heard[IncidentReport]], known: Mapping[Key, Known]) -> list[UUID]:
    """The incidents that a revision may take away from those who corroborate them."""
    before = [(one.body, known[key_of(one)].incident) for one in heard if key_of(one) in known]
    return [incident.id for report, incident in before if report.revision > incident.revision]


def judge(
    heard: Sequence[Heard[IncidentReport]],
    areas: Sequence[AreasHere],
    judging: Judging,
    swapped: Collection[int] = (),
) -> tuple[list[Outcome], list[Outcome]]:
    """What becomes of each report, in the order heard, and of those left behind by one that they corroborated.

    `areas` has the areas that contain each report's point, `swapped` those (by their number in `heard`) that would lie
    in one with longitude and latitude exchanged.
    """
    outcomes: list[Outcome] = []
    left: list[Outcome] = []
    for n, (one, found) in enumerate(zip(heard, areas, strict=True)):
        known = judging.known.get(key_of(one))
        outcome = _judge(one, found, known, judging, n in swapped)
        outcomes.append(outcome)
        if outcome.incident is not None:
            judging.keep(outcome, outcome.incident.kind.is_alarm or (known is not None and known.alarmed))
            if outcome.fate is ReportFate.REVISED:
                left += _left_behind(one, outcome.incident, judging)
    return outcomes, left


def _judge(
    heard: Heard[IncidentReport], found: AreasHere, known: Known | None, judging: Judging, swapped: bool
) -> Outcome:
    report = heard.body
    if known is not None and report.revision <= known.incident.revision:
        if report.revision == known.incident.revision and _says_the_same(report, known.incident):
            return Outcome(heard, ReportFate.REPEAT, to=known.linked_to or known.incident.id)
        return Outcome(heard, ReportFate.REFUSED, problems=(_of_revision(report, known.incident.revision),))
    problems = problems_of(report, found, judging.now, swapped)
    if problems:
        return Outcome(heard, ReportFate.REFUSED, problems=problems)
    if known is not None:
        return _revise(heard, found, known, judging)
    incident = _incident(heard, found, 1, judging)
    return _link(heard, incident, judging) or _locate(heard, incident, judging)


def _locate(heard: Heard[IncidentReport], incident: Incident, judging: Judging) -> Outcome:
    judging.stand(incident)
    return Outcome(heard, ReportFate.LOCATED, incident, incident.id, alarm=incident.kind.is_alarm)


def _link(heard: Heard[IncidentReport], incident: Incident, judging: Judging) -> Outcome | None:
    """Corroborates the nearest of its kind, if there is one; each patch of an inspection comes to something itself."""
    if PATCH in incident.details:
        return None
    reach = judging.near.reach(incident.kind)
    near = nearest(incident.kind, incident.lon, incident.lat, incident.seen_at, judging.standing, reach)
    if near is None and (pixel := pixel_of(incident, incident.id)) is not None:
        near = neighbouring(pixel, judging.pixels, judging.unresolved, judging.near)
    if near is None:
        return None
    judging.weigh(near[0], 1)
    return Outcome(heard, ReportFate.LINKED, incident, near[0].id, near[0].weight, near[1])


def _revise(heard: Heard[IncidentReport], found: AreasHere, known: Known, judging: Judging) -> Outcome:
    """An edit keeps what the report belongs to, unless what it now says is of another thing.

    What had a case of its own keeps it: whether two cases are of one thing, an office decides.
    """
    before, was = known.incident, known.linked_to
    incident = _incident(heard, found, 1, judging)
    if was is None:
        weight = judging.move(before, incident)
        raised = incident.kind.is_alarm and (not known.alarmed or incident.division != before.division)
        incident = incident.model_copy(update={"weight": weight})
        return Outcome(heard, ReportFate.REVISED, incident, incident.id, weight, alarm=raised)
    if not _moved(before, incident) or _is_near_to(was, incident, judging) or _is_beside(was, incident, judging):
        return Outcome(heard, ReportFate.REVISED, incident, was, was_linked_to=was)
    judging.leave(was, before)
    anew = _link(heard, incident, judging)
    if anew is not None:
        return Outcome(heard, ReportFate.REVISED, incident, anew.to, anew.weight, anew.distance_m, was)
    judging.stand(incident)
    raised = incident.kind.is_alarm and not known.alarmed
    return Outcome(heard, ReportFate.REVISED, incident, incident.id, 1, 0.0, was, raised)


def _left_behind(heard: Heard[IncidentReport], moved: Incident, judging: Judging) -> Iterator[Outcome]:
    """Those that corroborated what has since moved away: the first is something of its own, others corroborate it."""
    pixel = pixel_of(moved, moved.id)
    together = judging.pixels.together_with(pixel, judging.near) if pixel is not None else {moved.id}
    its = judging.followers.get(moved.id, {}).values()
    left = [one for one in its if one.id not in together and not _is_near_to(moved.id, one, judging)]
    for incident in left:
        judging.leave(moved.id, incident)
    for incident in left:
        # What is first due of something of its own is due since it is that.
        own = incident.model_copy(update={"first_step": first_step(judging.severity, incident.kind, judging.now)})
        outcome = _link(heard, incident, judging) or _locate(heard, own, judging)
        # The alarm for its place went out when what it corroborated was reported there.
        outcome = replace(outcome, alarm=False)
        judging.keep(outcome, incident.kind.is_alarm)
        yield outcome


def _moved(before: Incident, after: Incident) -> bool:
    if sensor_of(before) != sensor_of(after):
        return True
    return any(getattr(before, name) != getattr(after, name) for name in ("kind", "lon", "lat", "seen_at"))


def _is_beside(id: UUID, incident: Incident, judging: Judging) -> bool:
    """Whether a pixel still has a neighbour that is a part of another incident."""
    pixel = pixel_of(incident, id)
    return pixel is not None and any(other.of == id for other, _ in judging.pixels.around(pixel, judging.near))


def _is_near_to(id: UUID, incident: Incident, judging: Judging) -> bool:
    """Whether an incident still corroborates another, which is of the same kind and unresolved."""
    its = (one for (_, kind), stand in judging.standing.items() if kind is incident.kind for one in stand)
    return any(one.id == id and is_near(incident, one, judging.near.reach(incident.kind)) for one in its)


_SAID = ("kind", "reporter", "text", "evidence", "details")


def _says_the_same(report: IncidentReport, incident: Incident) -> bool:
    """Whether it is what was sent before, written in whatever way."""
    words = report.model_dump(mode="json", include=set(_SAID)) == incident.model_dump(mode="json", include=set(_SAID))
    words = words and report.severity == (incident.stated_severity or incident.severity)
    return words and dict(report.at) == dict(incident.stated) and report.seen_at == incident.seen_at


def _of_revision(report: IncidentReport, stands: int) -> Problem:
    code = "revision_taken" if report.revision == stands else "revision_stands"
    return Problem.of("revision", broken(code, revision=stands))


def problems_of(report: IncidentReport, found: AreasHere, now: datetime, swapped: bool = False) -> tuple[Problem, ...]:
    """Each field that forbids taking the report, with the rule it breaks."""
    problems = []
    if report.seen_at > now + FUTURE:
        problems.append(Problem.of("seen_at", broken("in_the_future", now=f"{now:%Y-%m-%dT%H:%M:%SZ}")))
    if not found:
        problems.append(Problem.of("at", broken("nowhere_but_swapped" if swapped else "nowhere")))
    return tuple(problems)


def _incident(heard: Heard[IncidentReport], found: AreasHere, weight: int, judging: Judging) -> Incident:
    report = heard.body
    lon, lat = position(report)
    now, details = judging.now, report.details
    grade = judged(judging.severity, report.kind, details, acted_on(details, report.seen_at))
    # Parts that the contract has read or roster has stated.
    return Incident.model_construct(
        id=incident_id(key_of(heard)),
        source=heard.source,
        external_id=report.external_id,
        revision=report.revision,
        kind=report.kind,
        severity=report.severity if grade is None else grade.severity,
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
        stated_severity=report.severity,
        judged=grade,
        first_step=first_step(judging.severity, report.kind, now),
        patrol_id=patrol_of(heard.source, report.external_id),
    )
