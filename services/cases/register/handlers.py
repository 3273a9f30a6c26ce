"""Opens cases of what was found in registers and on plots, and of the items of directives (A2, C2, E6, F2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from contracts.cases import AssignCase, Case, CaseKind, CaseOpened, Directive, ItemRef, Measured, Origin, VerifyCase
from contracts.language.message import Fact
from contracts.language.terms import term
from contracts.language.values import day_of
from contracts.law.cases.findings import FindingOpens
from contracts.patrol import PlotNotCleared
from contracts.roster import (
    DirectiveItem,
    DirectiveStated,
    FindingRule,
    FindingState,
    FindingStated,
    IssuedDirective,
    RegisterFinding,
)
from services.cases.case import case as rules
from services.cases.case import rectify
from services.cases.case import store as case_store
from services.cases.case.act import OURSELVES, Act, ourselves
from services.cases.case.record import enter, record
from services.cases.case.store import Change
from services.cases.entry.found import Found
from services.cases.entry.found import enter as entered
from services.cases.law.campaign import daily
from services.cases.machine import MOVES
from services.cases.post.post import Roster
from services.cases.post.store import POSTS
from services.cases.register import store
from services.cases.register.law import LAW, campaign_on
from services.runtime.messages import Heard, News
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
T = TypeVar("T")


@room.hears(FindingStated, locks="finding.id")
async def open_found(tx: Transaction, heard: list[Heard[FindingStated]]) -> list[News]:
    """A case of each finding that calls for one, registered once; the office verifies it."""
    law = await tx.see(LAW.view)
    wanted: dict[UUID, tuple[Heard[FindingStated], FindingOpens]] = {}
    for one in heard:
        finding = one.body.finding
        opens = law.on(finding.found_on).opens.get(finding.rule)
        if opens is not None and finding.state in opens.states:
            wanted.setdefault(rules.case_id("finding", finding.id), (one, opens))
    return await _open(tx, wanted, lambda one, opens, id, number: _of_finding(one.body.finding, opens, id, number))


FactT = TypeVar("FactT", bound=Fact)


async def _open(
    tx: Transaction,
    wanted: Mapping[UUID, tuple[Heard[FactT], FindingOpens]],
    found: Callable[[Heard[FactT], FindingOpens, UUID, str], Found],
) -> list[News]:
    """Cases of what was found and has none yet."""
    opening = await _not_opened(tx, wanted)
    if not opening:
        return []
    numbers = await case_store.numbers(tx, [one.body.told_in() for one, _ in opening.values()])
    roster = await tx.see(POSTS)
    act = ourselves(tx.now)
    news: list[News] = []
    cases: list[Case] = []
    for (id, (one, opens)), number in zip(opening.items(), numbers, strict=True):
        case = entered(found(one, opens, id, number), roster, tx.now)
        cases.append(case)
        news.append((one, rules.told(CaseOpened, case, act)))
    await enter(tx, cases, OURSELVES)
    return news


@room.hears(PlotNotCleared, locks="plot.id")
async def open_not_cleared(tx: Transaction, heard: list[Heard[PlotNotCleared]]) -> list[News]:
    """A case of each plot and window, registered once however often it is late; the office verifies it."""
    law = await tx.see(LAW.view)
    wanted: dict[UUID, tuple[Heard[PlotNotCleared], FindingOpens]] = {}
    for one in heard:
        plot, due_on = one.body.plot, one.body.due_on
        opens = law.on(due_on).opens.get(FindingRule.PLOT_NOT_CLEARED)
        if opens is not None and FindingState.MISSED in opens.states:
            wanted.setdefault(rules.case_id("plot", plot.id, str(plot.last)), (one, opens))
    return await _open(tx, wanted, lambda one, opens, id, number: _of_plot(one.body, opens, id, number))


async def _not_opened(tx: Transaction, wanted: Mapping[UUID, T]) -> dict[UUID, T]:
    """What calls for a case that there is not yet."""
    new = await store.not_opened(tx, wanted) if wanted else set()
    return {id: one for id, one in wanted.items() if id in new}


def _of_finding(finding: RegisterFinding, opens: FindingOpens, id: UUID, number: str) -> Found:
    return Found(
        origin=Origin.REGISTER,
        id=id,
        number=number,
        campaign=campaign_on(opens, finding.found_on, finding.division),
        kind=opens.kind,
        severity=opens.severity,
        division=finding.division,
        place=finding.what,
        text=f"{term('finding', finding.rule)}：{finding.said}"[:4000],
        found_on=finding.found_on,
    )


def _of_plot(fact: PlotNotCleared, opens: FindingOpens, id: UUID, number: str) -> Found:
    plot = fact.plot
    window = f"{plot.first} — {plot.last}"
    said = f"{term('finding', FindingRule.PLOT_NOT_CLEARED)}：{plot.id}，{window}，{fact.missing}/{plot.trees} 株"
    return Found(
        origin=Origin.REGISTER,
        id=id,
        number=number,
        campaign=campaign_on(opens, fact.due_on, plot.division),
        kind=opens.kind,
        severity=opens.severity,
        division=plot.division,
        place=plot.place,
        text=said,
        found_on=day_of(fact.at),
        measured=Measured(
            trees=fact.missing,
            compartment=plot.compartment,
            sub_compartment=plot.sub_compartment,
        ),
    )


@room.hears(DirectiveStated, locks="directive.id")
async def open_items(tx: Transaction, heard: list[Heard[DirectiveStated]]) -> list[News]:
    """A case of each item of a directive: the paper itself verifies it, and assigns it to its unit by its day."""
    wanted: dict[UUID, tuple[Heard[DirectiveStated], DirectiveItem]] = {}
    for one in heard:
        for item in one.body.directive.items:
            wanted.setdefault(rules.case_id("directive_item", one.body.directive.id, item.item), (one, item))
    opening = await _not_opened(tx, wanted)
    if not opening:
        return []
    numbers = await case_store.numbers(tx, [item.division for _, item in opening.values()])
    roster = await tx.see(POSTS)
    act = ourselves(tx.now)
    news: list[News] = []
    cases: list[Case] = []
    moves: list[tuple[Heard[DirectiveStated], list[Change]]] = []
    for (id, (one, item)), number in zip(opening.items(), numbers, strict=True):
        case = _of_item(one.body.directive, item, id, number, roster, act)
        cases.append(case)
        news.append((one, rules.told(CaseOpened, case, act)))
        moves.append((one, _ordered(case, item, roster, act)))
    await enter(tx, cases, OURSELVES)
    causes = {change.fact.case.ref.id: one for one, changes in moves for change in changes}
    told = await record(tx, [change for _, changes in moves for change in changes])
    return [*news, *((causes[fact.case.ref.id], fact) for fact in told)]


def _of_item(directive: IssuedDirective, item: DirectiveItem, id: UUID, number: str, roster: Roster, act: Act) -> Case:
    found = Found(
        origin=Origin.DIRECTIVE,
        id=id,
        number=number,
        campaign=daily(directive.issued_on),
        kind=CaseKind.DIRECTIVE,
        severity=item.severity,
        division=item.division,
        place=item.place,
        text=item.text,
        found_on=directive.issued_on,
    )
    paper = Directive(
        instrument=directive.instrument,
        number=directive.number,
        issued_on=directive.issued_on,
        issuer_post_id=directive.issuer_post_id,
    )
    of = ItemRef(directive_id=directive.id, item=item.item)
    return entered(found, roster, act.at, directive=paper, item=of)


def _ordered(case: Case, item: DirectiveItem, roster: Roster, act: Act) -> list[Change]:
    """Verified and assigned; a day that has passed before it was heard is today."""
    id = UUID(case.ref.id)
    verify, assign = (replace(act, move=MOVES[word]) for word in ("verify", "assign"))
    verified = rectify.verify(case, verify, VerifyCase(case_id=id), roster)
    ask = AssignCase(case_id=id, unit=item.unit, due_on=max(item.due_on, act.on))
    assigned = rectify.assign(verified.case, assign, ask, roster)
    return [Change(case, verified, "verify"), Change(verified.case, assigned, "assign")]
