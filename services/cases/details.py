"""What the details of a report say that a case is measured by and where in the forest it lies (DOMAIN §5)."""

from __future__ import annotations

from contracts.incident import Incident
from contracts.particulars import Measured

_SAYS = {
    "illegal_area_mu": ("ground_mu", "burnt_mu"),
    "volume_m3": ("volume_m3",),
    "trees": ("trees",),
    "compartment": ("compartment",),
    "sub_compartment": ("sub_compartment",),
}
"""Which detail says it, whatever the report's kind."""


def measured_by(incident: Incident) -> Measured | None:
    """None where the report says nothing of it."""
    told = incident.details
    said = {field: told[name] for field, names in _SAYS.items() for name in names if name in told}
    return Measured.model_validate(said) if said else None
