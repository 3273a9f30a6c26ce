"""Under what name it is reported what was found on a patrol."""

from __future__ import annotations

from uuid import UUID

SOURCE = "patrol.finding"
"""No sender on the bus has a point in its name."""
_ID = 36
"""Characters of an id."""


def patrol_of(source: str, external_id: str) -> UUID | None:
    """The patrol on which an incident was found; None where it was reported otherwise."""
    return UUID(external_id[:_ID]) if source == SOURCE else None
