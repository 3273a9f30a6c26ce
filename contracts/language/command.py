"""What every command shares: who operates, what a problem says, how much was changed."""

from __future__ import annotations

from pydantic import Field

from contracts.language.values import Value

OPERATOR = "operator"
"""The account of who runs the system: enrols areas and posts, sets plans, looks after dead letters; decides no case."""


class ProblemReply(Value):
    """A refusal of a command, as RFC 9457 problem details; `errors` names each field and rule.

    An error has its `field`, the `rule` in English, the `code` that the rule has for ever, and the figures in it under
    names of their own; `code` and `figures` are those of the detail. Whoever shows them may have words of their own.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str | None = None
    figures: dict[str, str] = Field(default_factory=dict)
    instance: str | None = None
    errors: tuple[dict[str, str], ...] = ()
    state: str | None = None
    moves_allowed: tuple[str, ...] | None = None


class Done(Value):
    """How many things were changed."""

    changed: int
