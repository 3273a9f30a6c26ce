"""A refused command, as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from contracts.language.command import ProblemReply
from contracts.language.rules import Rule, Wrong

PROBLEM_JSON = "application/problem+json"
PROBLEM_PREFIX = "urn:linzhang:problem:"

_TITLES = {
    400: "The request is not valid",
    403: "Not allowed",
    404: "Not found",
    409: "In conflict with the present state",
    413: "The request is too large",
    422: "The request breaks a rule",
    500: "The service failed",
    503: "The service cannot answer now",
}


class Problem(Exception):
    """Raise it to refuse a command: nothing is changed, and the asker is told why.

    `word` names the kind of problem (`urn:linzhang:problem:<word>`), `errors` each field with the rule it breaks;
    `detail` is the rule as a whole, where the errors do not say all.
    """

    def __init__(
        self,
        status: int,
        word: str,
        detail: Rule | None,
        *,
        errors: Sequence[Wrong] = (),
        state: str | None = None,
        moves_allowed: Sequence[str] | None = None,
    ) -> None:
        super().__init__(detail or "; ".join(f"{error['field']}: {error['rule']}" for error in errors))
        self.status = status
        self.word = word
        self.detail = detail
        self.errors = tuple(errors)
        self.state = state
        self.moves_allowed = None if moves_allowed is None else tuple(moves_allowed)

    def reply(self, instance: str | None) -> ProblemReply:
        """The problem as it is sent; `instance` is the id of the request."""
        return ProblemReply(
            type=PROBLEM_PREFIX + self.word,
            title=_TITLES.get(self.status, self.word),
            status=self.status,
            detail=str(self),
            code=self.detail.code if self.detail is not None else None,
            figures=dict(self.detail.figures) if self.detail is not None else {},
            instance=instance,
            errors=tuple(told(error["field"], error["rule"]) for error in self.errors),
            state=self.state,
            moves_allowed=self.moves_allowed,
        )


def told(field: str, rule: Rule) -> dict[str, str]:
    """One of the errors as it is sent: the figures stand beside the code by their names."""
    return {**rule.figures, "field": field, "rule": str(rule), "code": rule.code}


def refuse_field(field: str, rule: Rule) -> NoReturn:
    """Raises Problem 422 for one field."""
    raise Problem(422, "not-lawful", None, errors=[{"field": field, "rule": rule}])


def wrong(detail: Rule, errors: Sequence[tuple[str, Rule]]) -> None:
    """Raises Problem 422 naming each field and rule, if there are any."""
    if errors:
        raise Problem(422, "not-lawful", detail, errors=[Wrong(field=field, rule=rule) for field, rule in errors])
