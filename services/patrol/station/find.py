"""What a station found, as the report of an incident that it is (E7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.language.envelope import Envelope
from contracts.language.intake import intake_subject
from contracts.patrol import IncidentKind, IncidentReport, ReporterKind, StationFind
from services.runtime.messages import Heard

SOURCE = "patrol.station"
"""No sender on the bus has a point in its name."""
DETAILS = ("species", "sick", "dead", "signs", "known_cause", "sampled", "closed_off")


def as_report(found: StationFind, report_id: UUID, n: int, at: datetime) -> Heard[IncidentReport]:
    """A find as if its report had been heard: what is judged of any other is judged of it."""
    details = {name: getattr(found, name) for name in DETAILS if getattr(found, name) is not None}
    body = IncidentReport(
        external_id=f"{report_id}-{n}",
        kind=IncidentKind("sick_wildlife"),
        at=found.at,
        seen_at=found.seen_at,
        reporter=ReporterKind.DEPARTMENT,
        text=found.text,
        evidence=found.photos,
        details=details,
    )
    envelope = Envelope(body.external_id, SOURCE, IncidentReport.type(), at)
    return Heard(body, envelope, intake_subject(IncidentReport, SOURCE), SOURCE, 0)
