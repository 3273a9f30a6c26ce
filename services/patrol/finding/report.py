"""What was looked at on a patrol and is to be put right, as the report of an incident that it is (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.language.envelope import Envelope
from contracts.language.intake import intake_subject
from contracts.language.values import CHIEFS, Role
from contracts.patrol import IncidentReport, Item, ReporterKind
from services.patrol.finding.source import SOURCE
from services.runtime.messages import Heard

_RANGERS = (Role.RANGER, Role.ASSISTANT)
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:linzhang:finding")


def reports_of(
    patrol: UUID, role: Role, items: Sequence[Item], at: datetime, now: datetime
) -> Iterator[Heard[IncidentReport]]:
    """Told again in other words it is the same; another place or kind is another thing."""
    for one in items:
        if one.put_right is None:
            continue
        named = uuid5(_NAMESPACE, f"{one.item}\0{one.put_right.kind}\0{one.put_right.at.model_dump_json()}")
        body = IncidentReport(
            external_id=f"{patrol}-{str(named)[:8]}-{one.item}",
            kind=one.put_right.kind,
            severity=one.put_right.severity,
            at=one.put_right.at,
            seen_at=min(at, now),
            reporter=_reporter(role),
            text=one.finding,
        )
        envelope = Envelope(body.external_id, SOURCE, IncidentReport.type(), now)
        yield Heard(body, envelope, intake_subject(IncidentReport, SOURCE), SOURCE, 0)


def _reporter(role: Role) -> ReporterKind:
    if role in CHIEFS:
        return ReporterKind.CHIEF
    return ReporterKind.RANGER if role in _RANGERS else ReporterKind.DEPARTMENT
