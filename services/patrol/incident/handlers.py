"""What patrol does when it hears of incidents, and when a case ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from contracts.cases import (
    CaseClosed,
    CaseDismissed,
    CaseFact,
    CaseMerged,
    CaseRelapsed,
    CaseReopened,
    CaseVerified,
    CaseVoided,
)
from contracts.language.message import Fact
from contracts.language.values import day_of
from contracts.patrol import AlarmRaised, IncidentLinked, IncidentLocated, IncidentReport, IncidentRevised
from services.patrol.area.store import GROUND
from services.patrol.evidence import case_store, naming
from services.patrol.evidence import store as evidence_store
from services.patrol.evidence.case_store import OfCase
from services.patrol.first_step import store as first_step_store
from services.patrol.incident import near, report, store
from services.patrol.incident.judging import Judging, Look, Outcome, ReportFate
from services.patrol.incident.pixels import Pixels
from services.patrol.incident.severity import SEVERITY
from services.patrol.patch import following
from services.patrol.timeliness import store as timeliness_store
from services.runtime.messages import Heard, News, Refused
from services.runtime.reference.ground import AreasHere, Ground
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
OF_CASE = ("case.ref", "case.incident_id", "case.route", "case.measures", "at")
"""Of a case, what says whether its incident is resolved, and what a patch came to."""


@room.hears(IncidentReport)
async def locate(tx: Transaction, heard: list[Heard[IncidentReport]]) -> list[News]:
    """Every report is located, linked, revises, repeats or is refused; which one is written down."""
    index = await tx.see(GROUND)
    positions = [report.position(one.body) for one in heard]
    days = [day_of(one.body.seen_at) for one in heard]
    found = index.containing([lon for lon, _ in positions], [lat for _, lat in positions], days)
    known = await store.known(tx, list({report.key_of(one) for one in heard}))
    rules = (await tx.see(near.NEAR.view)).on(day_of(tx.now))
    judging = Judging(known, {}, tx.now, rules, severity=await tx.see(SEVERITY.view))
    await _look_around(tx, judging, report.looked_at(heard, positions, found, known))
    if moving := report.moving(heard, known):
        judging.followers = await store.followers(tx, moving)
    divisions = [str(one.incident.division) for one in known.values()]
    outcomes, left = report.judge(heard, found, judging, _swapped(index, heard, found, days))
    await store.save(tx, outcomes, left, judging)
    await following.keep(tx, (one.incident for one in outcomes if one.incident is not None))
    if revised := [one.incident.id for one in outcomes if one.incident is not None and one.fate is ReportFate.REVISED]:
        await timeliness_store.look_again(tx, revised, divisions)
    if named := naming.of_incidents([one.incident for one in outcomes if one.incident is not None]):
        await evidence_store.name(tx, named)
    return [item for outcome in (*outcomes, *left) for item in _news(outcome)]


async def _look_around(tx: Transaction, judging: Judging, seen: Sequence[Look]) -> None:
    """What reports may be of the same thing with, locked against others who judge it at this moment."""
    if not seen:
        return
    reaches = [judging.near.farthest(one.kind, one.sensor) for one in seen]
    spots = {
        spot for one, reach in zip(seen, reaches, strict=True) for spot in near.spots(one.kind, one.lon, one.lat, reach)
    }
    within = max(reach.within for reach in reaches)
    first, last = min(one.seen_at for one in seen) - within, max(one.seen_at for one in seen) + within
    await store.lock_spots(tx, spots)
    judging.standing = await store.standing(tx, list(spots), first, last)
    if any(one.sensor in judging.near.sensors for one in seen):
        followers = await store.pixels(tx, list(spots), first, last)
        # A fire may begin farther off than its last pixel reaches.
        beyond = {one.of for one in followers} - {one.id for one in judging.unresolved}
        if beyond:
            await store.lock_spots(tx, await store.spots_of(tx, list(beyond)))
            for spot, its in (await store.unresolved(tx, list(beyond))).items():
                judging.standing.setdefault(spot, []).extend(its)
        judging.pixels = Pixels([*followers, *judging.standing_pixels])


def _swapped(
    index: Ground, heard: Sequence[Heard[IncidentReport]], found: Sequence[AreasHere], days: Sequence[date]
) -> set[int]:
    """Those that lie nowhere and would lie in an area with longitude and latitude exchanged."""
    lost = [(n, at) for n, its in enumerate(found) if not its and (at := report.exchanged(heard[n].body))]
    lons, lats = [at[0] for _, at in lost], [at[1] for _, at in lost]
    would = index.containing(lons, lats, [days[n] for n, _ in lost]) if lost else []
    return {n for (n, _), its in zip(lost, would, strict=True) if its}


def _news(outcome: Outcome) -> list[News]:
    heard, incident = outcome.heard, outcome.incident
    if outcome.fate is ReportFate.REFUSED:
        return [Refused(heard, outcome.problems)]
    if incident is None or outcome.to is None:
        return []
    facts: list[Fact] = []
    if outcome.fate is ReportFate.REVISED:
        facts.append(IncidentRevised.model_construct(incident=incident, linked_to=outcome.linked_to))
    if outcome.linked_to is None and (outcome.fate is ReportFate.LOCATED or outcome.was_linked_to is not None):
        facts.append(IncidentLocated.model_construct(incident=incident))
    if outcome.linked_to is not None and outcome.linked_to != outcome.was_linked_to:
        facts.append(
            IncidentLinked.model_construct(
                incident=incident, to=outcome.linked_to, distance_m=outcome.distance_m, weight=outcome.weight
            )
        )
    if outcome.alarm:
        facts.append(AlarmRaised.model_construct(incident=incident))
    return [(heard, fact) for fact in facts]


@room.hears(CaseVerified, locks="case.ref.id", uses=OF_CASE)
async def verified(tx: Transaction, heard: list[Heard[CaseFact]]) -> list[News]:
    """That the office has looked is the first step of it."""
    await first_step_store.taken(tx, {id for one in heard if (id := one.body.case.incident_id) is not None})
    cases = _cases(heard)
    await timeliness_store.keep_verified(tx, cases)
    await timeliness_store.look_again(tx, [one.incident_id for one in cases if one.incident_id is not None])
    return await following.follow(tx, heard)


@room.hears(CaseClosed, locks="case.ref.id", uses=OF_CASE)
@room.hears(CaseMerged, locks="case.ref.id", uses=(*OF_CASE, "case.merged_into"))
@room.hears(CaseDismissed, CaseVoided, locks="case.ref.id", uses=(*OF_CASE, "reason"))
async def resolve(tx: Transaction, heard: list[Heard[CaseFact]]) -> list[News]:
    await _resolve(tx, heard, resolved=True)
    return await following.follow(tx, heard)


@room.hears(CaseReopened, locks="case.ref.id", uses=(*OF_CASE, "reason", "evidence"))
@room.hears(CaseRelapsed, locks="case.ref.id", uses=OF_CASE)
async def unresolve(tx: Transaction, heard: list[Heard[CaseFact]]) -> list[News]:
    await _resolve(tx, heard, resolved=False)
    if named := [naming.of_case(one.body, one.envelope.sequence or 0) for one in heard if naming.hashes_in(one.body)]:
        await evidence_store.name(tx, named)
    return await following.follow(tx, heard)


async def _resolve(tx: Transaction, heard: Sequence[Heard[CaseFact]], resolved: bool) -> None:
    """Whether an incident is resolved follows the newest fact about its case, in whatever order they are heard.

    What is near one whose case was merged into another weighs on that one, until that is resolved.
    """
    newest: dict[UUID, int] = {}
    for one in heard:
        incident_id = one.body.case.incident_id
        if incident_id is not None:
            newest[incident_id] = max(newest.get(incident_id, 0), one.envelope.sequence or 0)
    await store.resolve(tx, newest, resolved)
    merged = await case_store.keep_cases(tx, _cases(heard), resolved)
    await timeliness_store.look_again(tx, newest.keys() | merged)


def _cases(heard: Sequence[Heard[CaseFact]]) -> list[OfCase]:
    return [
        OfCase(
            one.body.case.ref.id,
            one.body.case.incident_id,
            one.envelope.sequence or 0,
            one.body.at,
            one.body.case.merged_into.id if isinstance(one.body, CaseMerged) and one.body.case.merged_into else None,
        )
        for one in heard
    ]
