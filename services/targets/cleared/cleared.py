"""What plots of dead pines count for targets, each tree once (DOMAIN §4, E6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.language.division import Division
from contracts.patrol import ClearanceRecorded, ClearanceVerified, PlotState
from contracts.targets import Amounts, Target, TargetUnit
from services.targets.progress.progress import moved

SOURCE = "patrol.clearance"
"""No sender on the bus has a point in its name."""
DONE = (PlotState.CLEARED, PlotState.VERIFIED)
NOTHING = Amounts()


@dataclass(frozen=True, slots=True)
class Plot:
    """How far a plot is, as the fact with a number says; 0 mu where its area is not known."""

    id: str
    sequence: int
    division: Division
    place: str
    last: date
    treated: int
    verified: int
    area_mu: Decimal
    state: PlotState

    @classmethod
    def of(cls, fact: ClearanceRecorded | ClearanceVerified, sequence: int) -> Plot:
        plot, done = fact.plot, fact.done
        area_mu = Decimal(0) if plot.area_mu is None else plot.area_mu
        stated = (plot.id, sequence, plot.division, plot.place, plot.last)
        return cls(*stated, done.treated, done.verified, area_mu, fact.state)

    def counts_for(self, target: Target) -> Amounts:
        """A plot has its ground, so that what is done on it is on the map."""
        within = target.in_force.first <= self.last <= target.in_force.last
        if not within or not target.division.contains(self.division):
            return NOTHING
        if target.unit is TargetUnit.MU:
            reported = self.area_mu if self.state in DONE else Decimal(0)
            accepted = self.area_mu if self.state is PlotState.VERIFIED else Decimal(0)
        else:
            reported, accepted = Decimal(self.treated), Decimal(self.verified)
        return Amounts(reported=reported, mapped=reported, accepted=accepted)


def newest(plots: Iterable[Plot]) -> list[Plot]:
    """The last of each, by id."""
    found = {one.id: one for one in sorted(plots, key=lambda one: one.sequence)}
    return [found[id] for id in sorted(found)]


def moved_by(plot: Plot, before: Plot | None, target: Target, total: Amounts) -> Amounts:
    """The sums of a target once a plot stands otherwise than before."""
    return moved(total, NOTHING if before is None else before.counts_for(target), plot.counts_for(target))


def sums(plots: Iterable[Plot], target: Target) -> Amounts:
    """What all plots count for a target."""
    total = NOTHING
    for one in plots:
        total = moved_by(one, None, target, total)
    return total
