"""What a passer-by reports: a place, a text, perhaps a photograph, and nobody's name (B3)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.language.evidence import Evidence
from contracts.language.message import Intake
from contracts.language.values import ExternalId, Position, Words, known
from contracts.language.written import Instant
from contracts.patrol.kinds import IncidentKind


class PasserbyReport(Intake):
    """Somebody who passed by saw something; posted to `intake.<source>.passerby.v1` by the door that took it in.

    Who it was is not asked. `device` tells the reports of one sender apart, by what the door makes of it: a digest.
    How many are taken in a while is limited by source and by device; a refusal says when again. Source: DOMAIN §4, F2.
    """

    name: ClassVar[str] = "intake.passerby.v1"

    external_id: ExternalId
    at: Position
    text: Words
    kind: Annotated[IncidentKind, known(IncidentKind)] = IncidentKind("other")
    seen_at: Instant | None = None
    photos: Annotated[tuple[Evidence, ...], Field(max_length=10)] = ()
    device: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
