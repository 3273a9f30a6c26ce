"""Suspect patches of forest inspection: ground that looks changed from above, and what each came to."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import SPARSE, Boundary, CaseRef, Line, OpenEnum, Text, Value
from contracts.language.written import Day, Exact, Instant

Hectares = Annotated[Decimal, Exact(digits=6, title="Hectares")]
"""An amount of ground in hectares."""
_VolumeM3 = Annotated[Decimal, Exact(digits=9, title="VolumeM3")]
_Together = Annotated[Decimal, Exact(digits=12)]
"""Hectares of any number of patches."""
PATCH = "patch"
"""The detail of an incident that is one."""


class Patch(Value):
    """A changed patch that was found by satellite (疑似图斑), as inspection writes it down; areas in hectares.

    `project` is the inspection and its year, `number` the patch's in it (图斑号). `read_as` is why it was marked on the
    images of `before_on` and `after_on`; what is `verified` was found on the ground.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, json_schema_extra={SPARSE: True})

    project: Line
    number: Line
    boundary: Boundary
    area_ha: Hectares
    before_on: Day | None = None
    after_on: Day
    read_as: Line | None = None
    verified_reason: Line | None = None
    verified_ha: Hectares | None = None
    land_before: Line | None = None
    land_after: Line | None = None
    forest_class: Line | None = None
    forest_category: Line | None = None
    forest_origin: Line | None = None
    protection_grade: Line | None = None
    permit: Line | None = None
    permit_ha: Hectares | None = None
    illegal_ha: Hectares | None = None
    felled_m3: _VolumeM3 | None = None
    felling_permit: Line | None = None
    violation: Line | None = None
    surveyor: Line | None = None
    surveyed_on: Day | None = None
    photos: Line | None = None


class PatchOutcome(OpenEnum):
    """What a patch has come to: open while nobody has looked, a case, or nothing unlawful; or entered by mistake."""

    OPEN = "open"
    CASE = "case"
    NO_VIOLATION = "no_violation"
    VOIDED = "voided"
    OTHER = "other"


class PatchJudged(Fact):
    """A patch has come to something, or is open again: most are no violation. Source: DOMAIN §4, E4.

    `reason` is what the office or the unit gave for it.
    """

    name: ClassVar[str] = "patrol.patch_judged.v1"
    aggregate: ClassVar[str] = "incident_id"
    place: ClassVar[str] = "division"

    incident_id: UUID
    project: Line
    number: Line
    division: Division
    area_ha: Hectares
    outcome: PatchOutcome
    reason: Text | None = None
    case: CaseRef
    at: Instant


class PatchShare(Value):
    """What the patches of a division and those below it came to: how many of each outcome, and how much ground.

    Shares are of those that have come to a case or to no violation, in parts of one; None while none has.
    """

    division: Division
    patches: dict[str, int]
    area_ha: dict[str, _Together]
    case_share: Annotated[float, Field(ge=0, le=1)] | None
    no_violation_share: Annotated[float, Field(ge=0, le=1)] | None


class PatchesShown(Value):
    """The subject's division, and each of the level below it that has patches."""

    whole: PatchShare
    parts: tuple[PatchShare, ...]


class ShowPatches(Command):
    """What the patches of the subject's division came to, of one inspection or of all. By anybody within it."""

    name: ClassVar[str] = "patrol.show_patches.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = PatchesShown

    project: Line | None = None


def patch_of(details: dict[str, Any]) -> Patch | None:
    """The patch that an incident is, by its details."""
    stated = details.get(PATCH)
    return None if stated is None else Patch.model_validate(stated)
