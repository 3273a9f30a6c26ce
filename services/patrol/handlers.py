"""What patrol does when it hears of areas, incidents and tracks, and when a case ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import islice
from uuid import UUID

import numpy as np

from contracts.cases import CaseClosed, CaseDismissed, CaseFact, CaseMerged, CaseRelapsed, CaseReopened, CaseVoided
from contracts.language.message import Fact
from contracts.language.values import day_of
from contracts.patrol import AlarmRaised, IncidentLinked, IncidentLocated, IncidentReport, IncidentRevised, TrackBatch
from contracts.roster import AreaStated
from services.patrol import near, points, report, store, track, track_store
from services.patrol.judging import Fate, Judging, Outcome
from services.runtime.ground import Found, Ground
from services.runtime.messages import Heard, News, Refused
from services.runtime.reference import keep_newest
from services.runtime.service import Service
from services.runtime.transaction import Transaction

patrol = Service("patrol")
ground = patrol.view(store.load_ground)


@patrol.hears(AreaStated, locks="area.id")
async def keep_areas(tx: Transaction, heard: list[Heard[AreaStated]]) -> list[News]:
    if await keep_newest(tx, "areas", [(one.envelope.sequence, one.body.area) for one in heard]):
        await ground.changed(tx)
    return []


@patrol.hears(IncidentReport)
async def locate(tx: Transaction, heard: list[Heard[IncidentReport]]) -> list[News]:
    """Every report is located, linked, revises, repeats or is refused; which one is written down."""
    index = await ground.at(tx)
    positions = [report.position(one.body) for one in heard]
    days = [day_of(one.body.seen_at) for one in heard]
    found = index.containing([lon for lon, _ in positions], [lat for _, lat in positions], days)
    known = await store.known(tx, list({report.key_of(one) for one in heard}))
    seen = [(one.body.kind, *at, one.body.seen_at) for one, at, its in zip(heard, positions, found, strict=True) if its]
    seen += [(was.kind, was.lon, was.lat, was.seen_at) for was in (one.incident for one in known.values())]
    judging = Judging(known, {}, tx.now)
    if seen:
        places = list({place for kind, lon, lat, _ in seen for place in near.places(kind, lon, lat)})
        await store.lock_places(tx, places)
        reach = max(near.RULES.reach(kind).within for kind, *_ in seen)
        times = [at for *_, at in seen]
        judging.standing = await store.standing(tx, places, min(times) - reach, max(times) + reach)
    if moving := report.moving(heard, known):
        judging.followers = await store.followers(tx, moving)
    outcomes, left = report.judge(heard, found, judging, _swapped(index, heard, found, days))
    await store.save(tx, outcomes, left, judging)
    return [item for outcome in (*outcomes, *left) for item in _news(outcome)]


def _swapped(
    index: Ground, heard: Sequence[Heard[IncidentReport]], found: Sequence[Found], days: Sequence[date]
) -> set[int]:
    """Those that lie nowhere and would lie in an area with longitude and latitude exchanged."""
    lost = [(n, at) for n, its in enumerate(found) if not its and (at := report.exchanged(heard[n].body))]
    lons, lats = [at[0] for _, at in lost], [at[1] for _, at in lost]
    would = index.containing(lons, lats, [days[n] for n, _ in lost]) if lost else []
    return {n for (n, _), its in zip(lost, would, strict=True) if its}


def _news(outcome: Outcome) -> list[News]:
    heard, incident = outcome.heard, outcome.incident
    if outcome.fate is Fate.REFUSED:
        return [Refused(heard, outcome.problems)]
    if incident is None or outcome.to is None:
        return []
    facts: list[Fact] = []
    if outcome.fate is Fate.REVISED:
        facts.append(IncidentRevised.model_construct(incident=incident, linked_to=outcome.linked_to))
    if outcome.linked_to is None and (outcome.fate is Fate.LOCATED or outcome.was_linked_to is not None):
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


@patrol.hears(TrackBatch, locks="terminal")
async def store_tracks(tx: Transaction, heard: list[Heard[TrackBatch]]) -> list[News]:
    """Sift the points of each new batch, locate those kept, store them, and count the others by reason."""
    stated = points.read_points(heard, tx.now)
    said = await track_store.known_batches(tx, list({track.name_of(one) for one in stated}))
    batches, others = track.unheard(stated, said)
    refused: list[News] = [Refused(one.heard, (track.OTHER_POINTS,)) for one in others]
    if not batches:
        return refused
    terminals = await track_store.lock_terminals(tx, batches)
    sifted = track.sift_all(batches, terminals)
    kept = np.concatenate([one.kept for one in sifted])
    index = await ground.at(tx)
    found = index.containing(kept["lon"], kept["lat"], points.days_of(kept))
    numbers = await track_store.area_numbers(tx, {at[0].id for at in found if at})
    sizes = [len(one.kept) for one in sifted]
    await track_store.add_points(
        tx,
        kept,
        np.repeat([terminals[one.terminal].number for one in sifted], sizes),
        np.repeat(await track_store.add_batches(tx, sifted), sizes),
        [numbers[at[0].id] if at else track_store.NO_AREA for at in found],
    )
    await track_store.keep_doubted(tx, terminals.values())
    places = iter(found)
    return refused + [(one.heard, track.stored_fact(one, list(islice(places, len(one.kept))))) for one in sifted]


@patrol.hears(CaseClosed, locks="case.ref.id")
async def resolve_closed(tx: Transaction, heard: list[Heard[CaseClosed]]) -> list[News]:
    return await _resolve(tx, heard)


@patrol.hears(CaseDismissed, locks="case.ref.id")
async def resolve_dismissed(tx: Transaction, heard: list[Heard[CaseDismissed]]) -> list[News]:
    return await _resolve(tx, heard)


@patrol.hears(CaseVoided, locks="case.ref.id")
async def resolve_voided(tx: Transaction, heard: list[Heard[CaseVoided]]) -> list[News]:
    return await _resolve(tx, heard)


@patrol.hears(CaseMerged, locks="case.ref.id")
async def resolve_merged(tx: Transaction, heard: list[Heard[CaseMerged]]) -> list[News]:
    return await _resolve(tx, heard)


@patrol.hears(CaseReopened, locks="case.ref.id")
async def unresolve_reopened(tx: Transaction, heard: list[Heard[CaseReopened]]) -> list[News]:
    return await _resolve(tx, heard, resolved=False)


@patrol.hears(CaseRelapsed, locks="case.ref.id")
async def unresolve_relapsed(tx: Transaction, heard: list[Heard[CaseRelapsed]]) -> list[News]:
    return await _resolve(tx, heard, resolved=False)


async def _resolve(tx: Transaction, heard: Sequence[Heard[CaseFact]], resolved: bool = True) -> list[News]:
    """Whether an incident is resolved follows the newest fact about its case, in whatever order they are heard."""
    newest: dict[UUID, int] = {}
    for one in heard:
        incident_id = one.body.case.incident_id
        if incident_id is not None:
            newest[incident_id] = max(newest.get(incident_id, 0), one.envelope.sequence or 0)
    await store.resolve(tx, newest, resolved)
    return []
