"""What names evidence, read off the facts that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from contracts.cases import CaseFact
from contracts.language.evidence import Evidence
from contracts.language.message import Fact
from contracts.patrol import Incident, Patrol, RecordedPatrol
from contracts.targets import ProgressRecorded
from services.patrol.kept.point import begin_of

INCIDENT, CASE, PATROL, PROGRESS = "incident", "case", "patrol", "progress"


@dataclass(frozen=True, slots=True)
class Naming:
    """What names evidence, as its fact with a number says; `done_at` is since when it needs it no more, where known.

    One that `adds` goes on naming what it named before.
    """

    kind: str
    id: str
    division: str
    sequence: int
    hashes: frozenset[str]
    done_at: datetime | None = None
    adds: bool = False


def evidence_in(part: object) -> Iterator[Evidence]:
    """All evidence in a message, wherever it stands."""
    if isinstance(part, Evidence):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from evidence_in(getattr(part, name, None))
    elif isinstance(part, Mapping):
        for one in part.values():
            yield from evidence_in(one)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from evidence_in(one)


def hashes_in(part: object) -> frozenset[str]:
    return frozenset(one.sha256 for one in evidence_in(part))


def named_by(fact: Fact, sequence: int) -> Naming:
    """What a fact of another service names: an entry of a register names what it has now."""
    hashes = hashes_in(fact)
    if isinstance(fact, ProgressRecorded):
        id = f"{fact.source}/{fact.external_id}"
        return Naming(PROGRESS, id, fact.division, fact.revision, hashes, fact.at)
    kind = ".".join(fact.parts()[:2])
    return Naming(kind, fact.partition_key(), fact.told_in(), sequence, hashes, _ended_at(fact))


def of_case(fact: CaseFact, sequence: int) -> Naming:
    """A case names what it ever had."""
    ref = fact.case.ref
    return Naming(CASE, str(ref.id), ref.division, sequence, hashes_in(fact), adds=True)


def of_incidents(incidents: Iterable[Incident]) -> list[Naming]:
    """Those of some incidents that name evidence or may have named some before they were revised.

    One of a kind that opens no case needs its evidence no longer than from when it was seen.
    """
    return [
        Naming(
            INCIDENT,
            str(one.id),
            one.division,
            one.revision,
            hashes_in(one.evidence),
            None if one.kind.opens_case else one.seen_at,
        )
        for one in incidents
        if one.evidence or one.revision > 1
    ]


def of_patrols(patrols: Iterable[Patrol | RecordedPatrol]) -> list[Naming]:
    """Those of some patrols that name evidence."""
    return [
        Naming(PATROL, str(one.id), one.division, 1, hashes_in(one.photos), one.ended_at, adds=True)
        for one in patrols
        if one.photos
    ]


def of_record(kind: str, id: object, division: str, part: object, at: datetime) -> list[Naming]:
    """What a record of patrol's own names, of the day on which it came; it needs it no longer than from then."""
    hashes = hashes_in(part)
    return [Naming(kind, str(id), division, 1, hashes, at, adds=True)] if hashes else []


def _ended_at(fact: Fact) -> datetime | None:
    """From the end of its last day on an entry needs nothing any more."""
    ended: Any = next((one for name in type(fact).model_fields if (one := _ended_on(getattr(fact, name)))), None)
    return None if ended is None else begin_of(ended)


def _ended_on(part: object) -> Any:
    return getattr(part, "ended_on", None) if isinstance(part, BaseModel) else None


def newest(namings: Iterable[Naming]) -> list[Naming]:
    """The last of each thing; of one that adds, with all that was named before."""
    found: dict[tuple[str, str], Naming] = {}
    for one in namings:
        before = found.get((one.kind, one.id))
        if before is None:
            found[one.kind, one.id] = one
            continue
        later = one if one.sequence >= before.sequence else before
        hashes = one.hashes | before.hashes if one.adds else later.hashes
        found[one.kind, one.id] = Naming(
            one.kind, one.id, later.division, later.sequence, hashes, later.done_at, one.adds
        )
    return [found[key] for key in sorted(found)]
