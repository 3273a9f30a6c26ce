"""Follows patches: as they are reported, and as their cases move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from contracts.cases import CaseFact
from contracts.language.division import Division
from contracts.patrol import Incident, PatchJudged, patch_of
from services.patrol.patch import store
from services.patrol.patch.outcome import outcome_of
from services.runtime.messages import Heard, News
from services.runtime.transaction import Transaction


async def keep(tx: Transaction, incidents: Iterable[Incident]) -> None:
    """Those of some incidents that are patches."""
    newest = {one.id: one for one in incidents}
    found = [(one, patch) for one in newest.values() if (patch := patch_of(one.details)) is not None]
    if found:
        await store.save(tx, found)


async def follow(tx: Transaction, heard: Sequence[Heard[CaseFact]]) -> list[News]:
    """What patches come to by the newest fact about each of their cases, in whatever order they are heard."""
    newest: dict[UUID, Heard[CaseFact]] = {}
    for one in heard:
        id = one.body.case.incident_id
        if id is not None and (id not in newest or (newest[id].envelope.sequence or 0) < (one.envelope.sequence or 0)):
            newest[id] = one
    if not newest:
        return []
    outcomes = {id: outcome_of(one.body) for id, one in newest.items()}
    judged = {id: ((one.envelope.sequence or 0), outcomes[id][0]) for id, one in newest.items()}
    changed = await store.judge(tx, judged)
    news: list[News] = []
    for id, row in changed.items():
        outcome, reason = outcomes[id]
        fact = PatchJudged(
            incident_id=id,
            project=row["project"],
            number=row["number"],
            division=Division(row["division"]),
            area_ha=row["area_ha"],
            outcome=outcome,
            reason=reason,
            case=newest[id].body.case.ref,
            at=newest[id].body.at,
        )
        news.append((newest[id], fact))
    return news
