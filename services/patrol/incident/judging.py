"""What reports are judged by, and what comes of each: kept up from one report to the next (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.language.intake import Problem
from contracts.law.near import NearRules
from contracts.law.severity import SeverityRules
from contracts.law.versions import Law
from contracts.patrol import Incident, IncidentKind, IncidentReport
from services.patrol.incident.near import Spot, Standing, cell
from services.patrol.incident.pixels import Pixel, Pixels, pixel_of, sensor_of
from services.patrol.incident.severity import SEVERITY
from services.runtime.messages import Heard

Key = tuple[str, str]
"""(source, external_id): names a report for ever."""


class ReportFate(StrEnum):
    LOCATED = "located"
    LINKED = "linked"
    REVISED = "revised"
    REPEAT = "repeat"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Known:
    """A report as it stands; `linked_to` when it corroborates another, `alarmed` when it ever was an alarm."""

    incident: Incident
    linked_to: UUID | None
    alarmed: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one report; `to` is the incident it belongs to, with the weight that one now has.

    `was_linked_to` is the one that a revised report belonged to before, `alarm` whether it must be raised now.
    """

    heard: Heard[IncidentReport]
    fate: ReportFate
    incident: Incident | None = None
    to: UUID | None = None
    weight: int = 1
    distance_m: float = 0.0
    was_linked_to: UUID | None = None
    alarm: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def linked_to(self) -> UUID | None:
        return None if self.incident is None or self.to == self.incident.id else self.to


@dataclass(frozen=True, slots=True)
class Look:
    """Where and when something was seen, around which others are looked for."""

    kind: IncidentKind
    lon: float
    lat: float
    seen_at: datetime
    sensor: str | None


@dataclass(slots=True)
class Judging:
    """What a batch of reports is judged by, kept up from one to the next.

    `known` are the reports that have been heard before, `followers` those that corroborate one of them, `standing` the
    unresolved incidents by spot, `pixels` those and their followers that a satellite saw. `weights` has what an
    incident weighs now, where that has changed.
    """

    known: dict[Key, Known]
    standing: dict[Spot, list[Standing]]
    now: datetime
    near: NearRules
    followers: dict[UUID, dict[UUID, Incident]] = field(default_factory=dict)
    pixels: Pixels = field(default_factory=Pixels)
    severity: Law[SeverityRules] = field(default_factory=lambda: SEVERITY.shipped)
    weights: dict[UUID, int] = field(default_factory=dict)

    @property
    def belonging(self) -> dict[UUID, UUID | None]:
        """Which incident each corroborates in the end."""
        return {one.incident.id: one.linked_to for one in self.known.values()}

    @property
    def standing_pixels(self) -> list[Pixel]:
        """The unresolved incidents that a satellite saw."""
        return [
            Pixel(one.id, kind, one.lon, one.lat, one.seen_at, one.sensor, one.id)
            for (_, kind), its in self.standing.items()
            for one in its
            if one.sensor is not None
        ]

    @property
    def unresolved(self) -> Iterator[Standing]:
        return (one for its in self.standing.values() for one in its)

    def stands(self, incident: Incident) -> Standing | None:
        its = self.standing.get(spot_of(incident), ())
        return next((one for one in its if one.id == incident.id), None)

    def stand(self, incident: Incident, weight: int = 1) -> None:
        new = Standing(incident.id, incident.lon, incident.lat, incident.seen_at, weight, sensor_of(incident))
        self.standing.setdefault(spot_of(incident), []).append(new)

    def move(self, before: Incident, after: Incident) -> int:
        """Whoever reports something near from now on finds it where it now is; a resolved one is not found at all.

        Returns what it weighs.
        """
        standing = self.stands(before)
        if standing is None:
            return before.weight
        self.standing[spot_of(before)].remove(standing)
        self.stand(after, standing.weight)
        return standing.weight

    def weigh(self, one: Standing, more: int) -> None:
        """An incident has gained or lost a report that corroborates it."""
        one.weight += more
        self.weights[one.id] = one.weight

    def leave(self, id: UUID, incident: Incident) -> None:
        """A report no longer corroborates another; a resolved one keeps its weight."""
        self.followers.get(id, {}).pop(incident.id, None)
        self.pixels.drop(incident.id)
        for one in self.unresolved:
            if one.id == id:
                self.weigh(one, -1)

    def keep(self, outcome: Outcome, alarmed: bool) -> None:
        """What one report makes of those that follow."""
        if outcome.incident is not None:
            incident = outcome.incident
            self.known[incident.source, incident.external_id] = Known(incident, outcome.linked_to, alarmed)
            pixel = pixel_of(incident, outcome.linked_to or incident.id)
            if pixel is None:
                self.pixels.drop(incident.id)
            else:
                self.pixels.put(pixel)
            if outcome.linked_to is not None:
                self.followers.setdefault(outcome.linked_to, {})[incident.id] = incident


def spot_of(incident: Incident) -> Spot:
    return cell(incident.lon, incident.lat), incident.kind
