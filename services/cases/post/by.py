"""By whom something of a case is done, and who is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import NoReturn

from contracts.language.division import Division
from contracts.language.rules import Rule, broken
from services.cases.law.campaign import everyday
from services.cases.post.post import Actor
from services.runtime.problem import Problem


class By(StrEnum):
    """Who may make a move; `rules.json` of the contracts says it in words."""

    OFFICE = "by_office"
    UNIT = "by_unit"
    ACCEPTOR = "by_acceptor"
    APPROVER = "by_approver"
    REVIEWER = "by_reviewer"
    ANYONE = "by_anyone"
    DISSOLUTION = "by_dissolution"
    CLOCK = "by_clock"


def require_office(actor: Actor, division: Division) -> None:
    """Raises Problem 403 unless the actor is of a chief office that runs the book of a place."""
    if not actor.runs_the_book(division, everyday().office_level):
        forbid(broken("this_is_for", by=By.OFFICE), broken("actor_must_be", by=By.OFFICE))


def forbid(detail: Rule, rule: Rule) -> NoReturn:
    """Raises Problem 403 naming who may."""
    raise Problem(403, "not-yours-to-move", detail, errors=[{"field": "subject", "rule": rule}])
