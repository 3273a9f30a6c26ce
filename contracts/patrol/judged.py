"""How grave an incident is by the rule in force on the day of the act, and what must be done first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from contracts.language.values import Line, Token, Value
from contracts.language.written import Exact, Instant
from contracts.patrol.kinds import Severity

Times = Annotated[Decimal, Exact(digits=3)]
"""How many times as much."""


class Judged(Value):
    """The grade that a rule gives it: with the version of the rules, their source, and the day by which they judge.

    `chinese` and `english` are what it is called. Where the law says so, `replant_from` to `replant_to` is how many
    times as many trees are to be planted, `fine_from` to `fine_to` how many times the value of the trees is the fine.
    """

    grade: Token
    chinese: Line
    english: Line
    severity: Severity
    version: Line
    source: Line
    acted_on: date
    replant_from: Times | None = None
    replant_to: Times | None = None
    fine_from: Times | None = None
    fine_to: Times | None = None


class FirstStep(Value):
    """By when something is first done, and who is told; in Chinese and English."""

    due_at: Instant
    to_chinese: Line
    to_english: Line
