"""What integrators post of an incident."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, GetJsonSchemaHandler, ValidationInfo, field_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from contracts.language.evidence import Evidence
from contracts.language.intake import Revision
from contracts.language.message import Intake
from contracts.language.values import ExternalId, Position, Text, known
from contracts.language.written import Instant
from contracts.patrol.kinds import IncidentKind, ReporterKind, Severity, details_of, told_by_kind


class IncidentReport(Intake):
    """Somebody or something saw an incident; posted to `intake.<source>.incident.v1`.

    (`external_id`, `revision`) names the report for ever within its source: the same id with a higher revision is an
    edit, the same revision a repeat. `details` has the fields of its kind. Source: DOMAIN §4, B3.
    """

    name: ClassVar[str] = "intake.incident.v1"

    external_id: ExternalId
    revision: Revision = 1
    kind: Annotated[IncidentKind, known(IncidentKind)]
    severity: Annotated[Severity, known(Severity)] = Severity.SERIOUS
    at: Position
    seen_at: Instant
    reporter: Annotated[ReporterKind, known(ReporterKind)]
    text: Text = ""
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=50)] = ()
    details: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return told_by_kind(schema, handler)

    @field_validator("details")
    @classmethod
    def _of_its_kind(cls, stated: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        kind = info.data.get("kind")
        return stated if kind is None else details_of(kind, stated)
