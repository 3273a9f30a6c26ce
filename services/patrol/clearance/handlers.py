"""Keeps plots of dead pines, what is done on them and who checks it, and the natural forest around them (E6, E12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import shapely

from contracts.language.evidence import Evidence
from contracts.language.message import Fact
from contracts.language.rules import Rule, Wrong, broken
from contracts.language.values import day_of
from contracts.patrol import (
    ClearanceEntry,
    ClearanceRecorded,
    ClearanceStep,
    ClearanceVerified,
    Cleared,
    EnrolPlots,
    ListPlots,
    NaturalForest,
    NaturalForestStated,
    OnNaturalForest,
    Plot,
    PlotEnrolled,
    PlotOnNaturalForest,
    PlotShown,
    PlotsShown,
    PlotState,
    RecordClearance,
    StateNaturalForest,
    VerifyClearance,
)
from contracts.roster import Post
from services.patrol.acting.record import acting_post, require_office
from services.patrol.area.store import GROUND
from services.patrol.clearance import store
from services.patrol.clearance.law import CLEARANCE
from services.patrol.clearance.natural import Natural, Overlap, overlap, shape_of, size_mu
from services.patrol.clearance.plot import (
    Standing,
    due_after,
    due_after_check,
    outside_season,
    problem_of_count,
    problems_of_plot,
    problems_of_step,
    ref_of,
)
from services.patrol.duty import post_store
from services.patrol.duty.condition import is_banned
from services.patrol.evidence import store as evidence_store
from services.patrol.evidence.naming import of_record
from services.runtime.ids import uuid7
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem, refuse_field, wrong
from services.runtime.reference.ground import drawn
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
FieldAndRule = tuple[str, Rule]


@room.answers(EnrolPlots)
async def enrol_plots(tx: Transaction, ask: Ask[EnrolPlots]) -> Answer:
    plots = ask.command.plots
    for plot in plots:
        ask.require_within(plot.division)
    for division in sorted({plot.division for plot in plots}):
        await require_office(tx, ask, division)
    before = await store.locked(tx, {plot.id for plot in plots})
    _refuse([*_problems(plots, before, tx), *await _misplaced(tx, plots)])
    natural = await store.natural_around(tx, plots)
    now = [_restated(plot, before.get(plot.id)) for plot in plots]
    changed = [one for one in now if one.plot.id not in before or one.plot != before[one.plot.id].plot]
    overlaps = {one.plot.id: overlap(one.plot, natural) for one in now}
    overlapping = {id for id, one in overlaps.items() if one.on is OnNaturalForest.OVERLAPS}
    warning = overlapping - await store.warned(tx, overlapping)
    if changed:
        await store.save(tx, changed, warning)
    news: list[Fact] = []
    for one in changed:
        on = overlaps[one.plot.id].on
        news.append(PlotEnrolled(plot=ref_of(one.plot), on_natural_forest=on, by=ask.actor, at=tx.now))
        if one.plot.id in warning:
            news.append(_warned(one.plot, overlaps[one.plot.id], tx))
    shown = [await _shown(tx, one, overlaps[one.plot.id]) for one in now]
    return Answer(_listed(shown), news)


def _refuse(problems: Sequence[FieldAndRule]) -> None:
    """Raises Problem 422 naming each field and rule, if there are any."""
    wrong(broken("rules_broken", count=len(problems)), problems)


def _problems(plots: Sequence[Plot], before: Mapping[str, Standing], tx: Transaction) -> Iterator[FieldAndRule]:
    ids = [one.id for one in plots]
    for n, plot in enumerate(plots):
        if plot.id in ids[:n]:
            yield f"plots.{n}.id", broken("once_in_command")
        for field, rule in problems_of_plot(plot, before.get(plot.id), day_of(tx.now)):
            yield f"plots.{n}.{field}", rule
        if plot.boundary is not None and not shapely.is_valid(drawn(plot.boundary)):
            yield f"plots.{n}.boundary.coordinates", broken("ring_not_simple")


async def _misplaced(tx: Transaction, plots: Sequence[Plot]) -> list[FieldAndRule]:
    """Plots that do not lie in the division that is stated."""
    placed = [
        (n, one)
        for n, one in enumerate(plots)
        if one.at is not None or (one.boundary is not None and shapely.is_valid(drawn(one.boundary)))
    ]
    points = [shapely.point_on_surface(shape_of(one)) for _, one in placed]
    ground, today = await tx.see(GROUND), day_of(tx.now)
    found = ground.containing([at.x for at in points], [at.y for at in points], [today] * len(points))
    return [
        (f"plots.{n}.division", broken("ground_in_division", division=one.division))
        for (n, one), areas in zip(placed, found, strict=True)
        if not any(one.division.contains(area.division) for area in areas)
    ]


def _restated(plot: Plot, before: Standing | None) -> Standing:
    return Standing(plot, due_after(before, plot), before.entries if before is not None else ())


@room.answers(RecordClearance)
async def record_clearance(tx: Transaction, ask: Ask[RecordClearance]) -> Answer:
    asked = ask.command
    plot, post = await _plot_and_post(tx, ask)
    banned = is_banned(await post_store.conditions_since(tx, asked.on), plot.plot.division, asked.on)
    rules = (await tx.see(CLEARANCE.view)).on(asked.on)
    problems = [*problems_of_step(asked, rules, banned), *problem_of_count(plot, asked.step, asked.on, asked.trees)]
    _refuse(problems)
    entry = _entry(asked, asked.step, post, way=asked.way, size_mm=asked.size_mm, permit=asked.permit,
                   stump_cm=asked.stump_cm, photos_before=asked.photos_before)  # fmt: skip
    now = replace(plot, entries=(*plot.entries, entry))
    await store.add(tx, now, entry)
    await evidence_store.name(tx, of_record("clearance", entry.id, now.plot.division, entry, tx.now))
    fact = ClearanceRecorded(
        plot=ref_of(now.plot), at=tx.now, entry=entry, done=now.done(), state=now.state, by=ask.actor
    )
    return Answer(await _one_shown(tx, now), [fact])


@room.answers(VerifyClearance)
async def verify_clearance(tx: Transaction, ask: Ask[VerifyClearance]) -> Answer:
    asked = ask.command
    plot, post = await _plot_and_post(tx, ask)
    holder = post.holder_on(asked.on)
    if {ask.actor, holder.id if holder else None} & plot.workers():
        rule = broken("verified_by_another")
        raise Problem(403, "own-work", rule, errors=[Wrong(field="post_id", rule=rule)])
    step = ClearanceStep.VERIFIED if asked.passed else ClearanceStep.SENT_BACK
    _refuse(list(problem_of_count(plot, step, asked.on, asked.trees)))
    entry = _entry(asked, step, post)
    redo_by = None
    if not asked.passed:
        rules = (await tx.see(CLEARANCE.view)).on(asked.on)
        redo_by = asked.on + timedelta(days=rules.redo_within_days)
    now = replace(plot, entries=(*plot.entries, entry), due_on=due_after_check(plot, redo_by))
    await store.add(tx, now, entry)
    await evidence_store.name(tx, of_record("clearance", entry.id, now.plot.division, entry, tx.now))
    fact = ClearanceVerified(
        plot=ref_of(now.plot),
        at=tx.now,
        entry=entry,
        done=now.done(),
        state=now.state,
        redo_by=redo_by,
        by=ask.actor,
    )
    return Answer(await _one_shown(tx, now), [fact])


async def _plot_and_post(tx: Transaction, ask: Ask[RecordClearance] | Ask[VerifyClearance]) -> tuple[Standing, Post]:
    """The plot, locked, and the post that acts on its ground. Raises Problem."""
    asked = ask.command
    plot = (await store.locked(tx, [asked.plot_id])).get(asked.plot_id)
    if plot is None:
        rule = broken("no_plot")
        raise Problem(404, "no-such-plot", rule, errors=[Wrong(field="plot_id", rule=rule)])
    ask.require_within(plot.plot.division)
    if asked.on > day_of(tx.now):
        refuse_field("on", broken("not_after_today", today=day_of(tx.now)))
    post = await acting_post(tx, ask, asked.post_id, asked.on)
    if not post.division.contains(plot.plot.division):
        refuse_field("post_id", broken("post_of_ground"))
    return plot, post


def _entry(asked: RecordClearance | VerifyClearance, step: ClearanceStep, post: Post, **more: Any) -> ClearanceEntry:
    unsaid: dict[str, Any] = {"way": None, "size_mm": None, "permit": None, "stump_cm": None, "photos_before": ()}
    photos_after: tuple[Evidence, ...] = asked.photos_after
    return ClearanceEntry(
        id=UUID(uuid7()),
        step=step,
        on=asked.on,
        trees=asked.trees,
        post_id=post.id,
        person=post.holder_on(asked.on),
        photos_after=photos_after,
        text=asked.text,
        **{**unsaid, **more},
    )


@room.answers(ListPlots)
async def list_plots(tx: Transaction, ask: Ask[ListPlots]) -> Answer:
    asked, within = ask.command, ask.division.significant
    found = await store.listed(tx, within, asked.id, asked.state, asked.after or "", asked.limit + 1)
    page, more = found[: asked.limit], len(found) > asked.limit
    natural = await store.natural_around(tx, [one.plot for one in page])
    with_entries = asked.id is not None
    shown = [await _shown(tx, one, overlap(one.plot, natural), with_entries) for one in page]
    total, trees, done = await store.sums(tx, within, asked.id, asked.state)
    return Answer(PlotsShown(plots=tuple(shown), total=total, trees=trees, done=done, more=more))


@room.answers(StateNaturalForest)
async def state_natural_forest(tx: Transaction, ask: Ask[StateNaturalForest]) -> Answer:
    asked = ask.command
    ask.require_within(asked.division)
    await require_office(tx, ask, asked.division)
    if not shapely.is_valid(drawn(asked.boundary)):
        refuse_field("boundary.coordinates", broken("ring_not_simple"))
    stated = {name: getattr(asked, name) for name in ("id", "division", "year", "source")}
    forest = NaturalForest(**stated, size_mu=size_mu(asked.boundary))
    if not await store.save_natural(tx, forest, asked.boundary):
        return Answer(forest)
    news: list[Fact] = [NaturalForestStated(forest=forest, by=ask.actor, at=tx.now)]
    here = Natural.of([drawn(asked.boundary)], [asked.division])
    found = [(one.plot, overlap(one.plot, here)) for one in await store.not_warned_in(tx, asked.boundary)]
    overlapping = [(plot, its) for plot, its in found if its.on is OnNaturalForest.OVERLAPS]
    await store.warn(tx, [plot.id for plot, _ in overlapping])
    return Answer(forest, [*news, *(_warned(plot, its, tx) for plot, its in overlapping)])


def _warned(plot: Plot, found: Overlap, tx: Transaction) -> PlotOnNaturalForest:
    return PlotOnNaturalForest(plot=ref_of(plot), at=tx.now, natural_share=found.share)


async def _one_shown(tx: Transaction, one: Standing) -> PlotShown:
    natural = await store.natural_around(tx, [one.plot])
    return await _shown(tx, one, overlap(one.plot, natural), with_entries=True)


async def _shown(tx: Transaction, one: Standing, found: Overlap, with_entries: bool = False) -> PlotShown:
    law = await tx.see(CLEARANCE.view)
    return PlotShown(
        plot=one.plot,
        done=one.done(),
        state=one.state,
        due_on=one.due_on,
        overdue=one.state is PlotState.OPEN and one.due_on < day_of(tx.now),
        outside_season=outside_season(one.plot, law.on(one.plot.first)),
        on_natural_forest=found.on,
        natural_share=found.share,
        entries=tuple(one.entries) if with_entries else (),
    )


def _listed(shown: Sequence[PlotShown]) -> PlotsShown:
    """All of these, and how far their trees are together."""
    done = {name: sum(getattr(one.done, name) for one in shown) for name in Cleared.model_fields}
    trees = sum(one.plot.trees for one in shown)
    return PlotsShown(plots=tuple(shown), total=len(shown), trees=trees, done=Cleared(**done), more=False)
