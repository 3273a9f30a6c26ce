"""Who moves a case, when, and by which line of the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn

from contracts.cases import Case, CaseCommand, CaseState
from contracts.language.message import Command
from contracts.language.rules import Rule, broken
from contracts.language.values import day_of
from services.cases.case import demands
from services.cases.case.hindrance import Check
from services.cases.post.by import By
from services.cases.post.post import Actor
from services.runtime.messages import Ask
from services.runtime.problem import Problem, refuse_field, wrong

OURSELVES = "cases"
"""Who moves a case when a report or time does."""


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the machine: by which command, from which states to which, by whom, and what decides it.

    A move that nobody asks for has a word instead of a command. `after` is None where the state stays as it is.
    `hindered` is the rule by which a case as it stands forbids it, whatever is said, unless its decision `names_it`
    more exactly; where it is `proved`, plan and evidence must be complete. `needs` names what must be known besides the
    case and the roster, `with_another` says that it is made of two cases.
    """

    ask: type[CaseCommand] | str
    before: tuple[CaseState, ...]
    after: CaseState | None
    by: By
    decide: Callable[..., Any]
    rule: str
    hindered: Check | None = None
    names_it: bool = False
    proved: bool = False
    needs: tuple[str, ...] = ()
    with_another: bool = False

    @property
    def word(self) -> str:
        """The verb of its command."""
        return self.ask if isinstance(self.ask, str) else self.ask.parts()[1]


@dataclass(frozen=True, slots=True)
class Act:
    """Who makes a move, when it is recorded, and the business date on which it was made."""

    actor: Actor
    at: datetime
    on: date
    move: Move | None = None
    """Which one, while it is made."""


def ourselves(at: datetime) -> Act:
    """What a report or time does, on the day on which it does."""
    return Act(Actor(OURSELVES, ()), at, day_of(at))


def acting(actor: Actor, now: datetime, on: date | None, *cases: Case) -> Act:
    """The act on cases, not before their last moves: who waited for a lock may have begun before them.

    Raises Problem 422 for a business date before the last move or after today.
    """
    at = max(now, *(case.since for case in cases))
    today = day_of(at)
    earliest = max(case.moved_on or day_of(case.since) for case in cases)
    if on is not None and not earliest <= on <= today:
        refuse_field("on", broken("day_of_move", first=earliest, today=today))
    return Act(actor, at, on or max(today, earliest))


def require_reach(ask: Ask[Command], actor: Actor, case: Case) -> None:
    """Raises Problem 403 for a case outside the subject's division, unless the actor's unit has it.

    A unit may be given a case of the neighbouring county; what it may do with it is for the machine to say.
    """
    if not actor.of_unit(case.unit):
        ask.require_within(case.ref.division)


def require_proved(case: Case) -> None:
    """Raises Problem unless the plan is approved and the evidence complete, by the case's own campaign and kind."""
    if rule := demands.problem_of_plan(case):
        refuse(case, rule)
    wrong(broken("evidence_incomplete"), demands.problems_of_proof(case))


class Unlawful(Problem):
    """A move that a case as it stands forbids; the machine says which ones it allows instead."""


def refuse(case: Case, rule: Rule, field: str = "case_id") -> NoReturn:
    """Raises Unlawful with the state and the rule."""
    raise Unlawful(
        409,
        "unlawful-move",
        broken("case_stands", number=case.ref.number, state=case.state, rule=rule),
        errors=[{"field": field, "rule": rule}],
        state=case.state,
    )
