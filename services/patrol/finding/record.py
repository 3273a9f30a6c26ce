"""Reports what was found on patrols and is to be put right, and refuses what lies nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from contracts.language.datum import to_cgcs2000
from contracts.language.message import Fact
from contracts.language.rules import Rule, Wrong, broken
from contracts.language.values import Role, day_of
from contracts.patrol import Item
from services.patrol.area.store import GROUND
from services.patrol.finding.report import reports_of
from services.patrol.finding.source import SOURCE, patrol_of
from services.patrol.incident import store as incident_store
from services.patrol.incident.handlers import locate
from services.runtime.messages import Refused
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction

Found = tuple[UUID, Role, Sequence[Item], datetime]
"""A patrol and the role of its post, what was looked at on it, and when."""


async def unlocated(tx: Transaction, items: Sequence[Item], at: datetime) -> list[tuple[str, Rule]]:
    """The places of what is to be put right that lie in no area, by their field."""
    stated = [(n, one.put_right) for n, one in enumerate(items) if one.put_right is not None]
    if not stated:
        return []
    places = [to_cgcs2000(one.at.lon, one.at.lat, one.at.datum) for _, one in stated]
    ground = await tx.see(GROUND)
    found = ground.containing([lon for lon, _ in places], [lat for _, lat in places], [day_of(at)] * len(places))
    return [
        (f"items.{n}.put_right.at", broken("nowhere")) for (n, _), here in zip(stated, found, strict=True) if not here
    ]


async def require_located(tx: Transaction, items: Sequence[Item], at: datetime) -> None:
    """Raises Problem 422 where what is to be put right lies in no area."""
    if lost := await unlocated(tx, items, at):
        raise Problem(422, "not-lawful", None, errors=[Wrong(field=field, rule=rule) for field, rule in lost])


async def report(tx: Transaction, found: Iterable[Found]) -> dict[UUID, list[Fact]]:
    """Report what is to be put right, each once however often it was told; what is told of it, by patrol."""
    heard = {one.body.external_id: one for every in found for one in reports_of(*every, tx.now)}
    if not heard:
        return {}
    known = await incident_store.known(tx, [(SOURCE, one) for one in heard])
    new = [one for id, one in heard.items() if (SOURCE, id) not in known]
    told: dict[UUID, list[Fact]] = {}
    for item in await locate(tx, new) if new else []:
        if not isinstance(item, Refused):
            patrol = patrol_of(SOURCE, item[0].envelope.id)
            assert patrol is not None
            told.setdefault(patrol, []).append(item[1])
    return told
