"""What patrol does when it hears of areas, incidents and tracks, and when a case ends."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from uuid import UUID

import numpy as np

from contracts.cases import CaseClosed, CaseDismissed, CaseFact, CaseMerged, CaseRelapsed, CaseReopened, CaseVoided
from contracts.event import Fact
from contracts.incident import ALARMS
from contracts.intake import IncidentReport, TrackBatch
from contracts.patrol import AlarmRaised, IncidentLinked, IncidentLocated, IncidentRevised
from contracts.roster import AreaStated
from contracts.values import day_of
from services.patrol import near, points, report, store, track
from services.patrol.report import Fate, Outcome
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
    places = sorted(
        {
            place
            for one, (lon, lat), its in zip(heard, positions, found, strict=True)
            if its
            for place in near.places(one.body.kind, lon, lat)
        }
    )
    await store.lock_places(tx, places)
    reach = max(near.RULES.reach(one.body.kind).within for one in heard)
    seen = [one.body.seen_at for one in heard]
    standing = await store.standing(tx, places, min(seen) - reach, max(seen) + reach)
    known = await store.known(tx, sorted({report.key_of(one) for one in heard}))
    outcomes = report.judge(heard, found, known, standing, tx.now)
    await store.save(tx, outcomes)
    return [item for outcome in outcomes for item in _news(outcome)]


def _news(outcome: Outcome) -> list[News]:
    heard, incident = outcome.heard, outcome.incident
    if outcome.fate is Fate.REFUSED:
        return [Refused(heard, outcome.problems)]
    if incident is None or outcome.to is None:
        return []
    facts: list[Fact] = []
    if outcome.fate is Fate.LOCATED:
        facts.append(IncidentLocated.model_construct(incident=incident))
        if heard.body.kind in ALARMS:
            facts.append(AlarmRaised.model_construct(incident=incident))
    elif outcome.fate is Fate.LINKED:
        facts.append(
            IncidentLinked.model_construct(
                incident=incident, to=outcome.to, distance_m=outcome.distance_m, weight=outcome.weight
            )
        )
    elif outcome.fate is Fate.REVISED:
        facts.append(IncidentRevised.model_construct(incident=incident))
    return [(heard, fact) for fact in facts]


@patrol.hears(TrackBatch, locks="terminal")
async def store_tracks(tx: Transaction, heard: list[Heard[TrackBatch]]) -> list[News]:
    """Sift the points of each new batch, locate those kept, store them, and count the others by reason."""
    stated = points.read_points(heard, tx.now)
    said = await store.known_batches(tx, sorted({track.name_of(one) for one in stated}))
    batches, others = track.unheard(stated, said)
    refused: list[News] = [Refused(one.heard, (track.OTHER_POINTS,)) for one in others]
    if not batches:
        return refused
    terminals = await store.lock_terminals(tx, batches)
    sifted = track.sift_all(batches, terminals)
    kept = np.concatenate([one.kept for one in sifted])
    index = await ground.at(tx)
    found = index.containing(kept["lon"], kept["lat"], points.days_of(kept))
    numbers = await store.area_numbers(tx, {at[0].id for at in found if at})
    sizes = [len(one.kept) for one in sifted]
    await store.add_points(
        tx,
        kept,
        np.repeat([terminals[one.terminal].number for one in sifted], sizes),
        np.repeat(await store.add_batches(tx, sifted), sizes),
        [numbers[at[0].id] if at else store.NO_AREA for at in found],
    )
    await store.keep_doubted(tx, terminals.values())
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
