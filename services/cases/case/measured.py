"""What a case is measured by, as its report says it and beside what is known (DOMAIN §5)."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from contracts.cases import LawSide, Measured
from contracts.patrol import Incident

PartT = TypeVar("PartT", Measured, LawSide)
_SAYS = {
    "illegal_area_mu": ("ground_mu", "burnt_mu"),
    "volume_m3": ("volume_m3",),
    "trees": ("trees",),
    "compartment": ("compartment",),
    "sub_compartment": ("sub_compartment",),
}
"""Which detail says it, whatever the report's kind."""


def measured_by(incident: Incident) -> Measured | None:
    """None where the report says nothing of it that is an amount or a place: a kind's fields are its county's."""
    told = incident.details
    said = {field: told[name] for field, names in _SAYS.items() for name in names if name in told}
    try:
        return Measured.model_validate(said) if said else None
    except ValidationError as error:
        wrong = {one["loc"][0] for one in error.errors()}
        said = {name: value for name, value in said.items() if name not in wrong}
        return Measured.model_validate(said) if said else None


def filled(kept: PartT | None, other: PartT | None) -> PartT | None:
    """What one says, and where it says nothing what the other does."""
    if kept is None or other is None:
        return kept if other is None else other
    return kept.model_copy(update={name: said for name, said in other if getattr(kept, name) in (None, ())})
