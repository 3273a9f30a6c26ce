"""How far a plot is cleared: what each step may come to by its day, and what is missing when the days have passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.language.rules import Rule, broken
from contracts.law.clearance import ClearanceRules
from contracts.patrol import ClearanceEntry, ClearanceStep, Cleared, Plot, PlotRef, PlotState, RecordClearance

FieldAndRule = tuple[str, Rule]
A_YEAR = 366
BEFORE = {
    ClearanceStep.FOUND: "counted",
    ClearanceStep.FELLED: "found",
    ClearanceStep.TREATED: "felled",
    ClearanceStep.VERIFIED: "treated",
    ClearanceStep.SENT_BACK: "treated",
}
"""What a step cannot exceed."""
WORK = (ClearanceStep.FELLED, ClearanceStep.TREATED)
"""What is checked by somebody else."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A plot as it stands: the last day on which it is still cleared in time, and what was done on it."""

    plot: Plot
    due_on: date
    entries: Sequence[ClearanceEntry]

    def done(self, day: date = date.max) -> Cleared:
        """How far its trees were at the end of a day."""
        found, felled, treated, verified, sent_back = (
            sum(one.trees for one in self.entries if one.step is step and one.on <= day) for step in BEFORE
        )
        return Cleared(found=found, felled=felled, treated=treated - sent_back, verified=verified)

    @property
    def state(self) -> PlotState:
        done = self.done()
        if done.treated < self.plot.trees:
            return PlotState.OPEN
        return PlotState.VERIFIED if done.verified == self.plot.trees else PlotState.CLEARED

    @property
    def missing(self) -> int:
        """How many trees were not treated by its last day."""
        return self.plot.trees - self.done(self.due_on).treated

    def most(self, step: ClearanceStep, on: date) -> int:
        """How many trees may still come so far on a day: no later day may have more of them than of the step before."""
        days = {on, *(one.on for one in self.entries if one.on > on)}
        return max(0, min(self._left(step, self.done(day)) for day in days))

    def _left(self, step: ClearanceStep, done: Cleared) -> int:
        match step:
            case ClearanceStep.FOUND:
                return self.plot.trees - done.found
            case ClearanceStep.FELLED:
                return done.found - done.felled
            case ClearanceStep.TREATED:
                return done.felled - done.treated
            case _:
                return done.treated - done.verified

    def workers(self) -> set[str]:
        """Who felled and treated."""
        return {one.person.id for one in self.entries if one.step in WORK and one.person is not None}


def problem_of_count(standing: Standing, step: ClearanceStep, on: date, trees: int) -> Iterator[FieldAndRule]:
    most = standing.most(step, on)
    if trees > most:
        yield "trees", broken("trees_at_most", most=most, before=BEFORE[step], on=on)


def problems_of_step(asked: RecordClearance, rules: ClearanceRules, banned: bool) -> Iterator[FieldAndRule]:
    """What forbids a step by the rules of its day; `banned` says whether fire was banned there."""
    if asked.step is ClearanceStep.TREATED:
        yield from _of_treatment(asked, rules, banned)
    elif asked.way is not None:
        yield "way", broken("only_for_step", step=ClearanceStep.TREATED)
    if asked.stump_cm is not None:
        if asked.step is not ClearanceStep.FELLED:
            yield "stump_cm", broken("only_for_step", step=ClearanceStep.FELLED)
        elif asked.stump_cm > rules.stump_at_most_cm:
            yield "stump_cm", broken("at_most_by_rules", most=rules.stump_at_most_cm)
    proof = rules.proof.get(asked.step)
    if proof is not None and len(asked.photos_before) < proof.before:
        yield "photos_before", broken("photos_at_least", least=proof.before)
    if proof is not None and len(asked.photos_after) < proof.after:
        yield "photos_after", broken("photos_at_least", least=proof.after)


def _of_treatment(asked: RecordClearance, rules: ClearanceRules, banned: bool) -> Iterator[FieldAndRule]:
    way = rules.ways.get(asked.way or "")
    if way is None:
        yield "way", broken("one_of", known=", ".join(rules.ways))
        return
    if way.at_most_mm is not None and asked.size_mm is None:
        yield "size_mm", broken("needed_for_way", way=asked.way)
    elif way.at_most_mm is not None and asked.size_mm is not None and asked.size_mm > way.at_most_mm:
        yield "size_mm", broken("at_most_by_rules", most=way.at_most_mm)
    if way.permit_in_ban and banned and asked.permit is None:
        yield "permit", broken("permit_in_ban")


def problems_of_plot(plot: Plot, before: Standing | None, today: date) -> Iterator[FieldAndRule]:
    """What forbids a statement of a plot, given how it stands; where it lies is looked at elsewhere."""
    if (plot.boundary is None) == (plot.at is None):
        yield "boundary", broken("boundary_or_point")
    if plot.last < plot.first:
        yield "last", broken("not_before", day=plot.first)
    elif plot.last < today and (before is None or not _same_window(before.plot, plot)):
        yield "last", broken("not_before", day=today)
    if before is not None and plot.division != before.plot.division:
        yield "division", broken("stays", stated=before.plot.division)
    if before is not None and plot.trees < before.done().found:
        yield "trees", broken("not_below_found", found=before.done().found)


def ref_of(plot: Plot) -> PlotRef:
    """As facts name it: its ground stays here."""
    return PlotRef(**{name: getattr(plot, name) for name in PlotRef.model_fields})


def outside_season(plot: Plot, rules: ClearanceRules) -> bool:
    """Whether a day of the window is none of the season in which a place clears gathered."""
    window = min((plot.last - plot.first).days + 1, A_YEAR)
    days = (plot.first + timedelta(days=n) for n in range(window))
    return not all(rules.season.has(day) for day in days)


def due_after(standing: Standing | None, plot: Plot) -> date:
    """By when a plot is due as it is stated: a window that has changed begins anew."""
    if standing is None or not _same_window(standing.plot, plot):
        return plot.last
    return standing.due_on


def due_after_check(standing: Standing, redo_by: date | None) -> date:
    """By when a plot is due after a check: some of its trees sent back give those not yet treated no more days."""
    if redo_by is None or standing.state is PlotState.OPEN:
        return standing.due_on
    return max(standing.due_on, redo_by)


def _same_window(one: Plot, other: Plot) -> bool:
    return (one.first, one.last) == (other.first, other.last)
