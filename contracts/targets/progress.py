"""Progress against targets: what is posted, counted and shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from contracts.language.division import Division
from contracts.language.evidence import Evidence
from contracts.language.intake import Revision
from contracts.language.message import Fact, Intake
from contracts.language.rules import custom
from contracts.language.values import COMES_LATER, ExternalId, Line, Period, Token, Value
from contracts.language.written import Exact, Instant

Amount = Annotated[Decimal, Exact(digits=16, title="Amount")]
"""An amount in the target's unit."""
Left = Annotated[Decimal, Exact(digits=16, signed=True, title="Left")]
"""What is left of one, in the same unit."""
NOTHING = Decimal("0.0000")


class Amounts(Value):
    """The four amounts, kept apart (DOMAIN §6), in the target's unit."""

    reported: Amount = NOTHING
    mapped: Amount = NOTHING
    accepted: Amount = NOTHING
    preserved: Amount = NOTHING


class StatedAmounts(Amounts):
    """The amounts of a report: what was reported, and of that what is on the map, accepted and preserved."""

    reported: Amount

    @model_validator(mode="after")
    def _of_what_was_reported(self) -> Self:
        over = [name for name in ("mapped", "accepted", "preserved") if getattr(self, name) > self.reported]
        if over:
            lines = [
                InitErrorDetails(type=custom("over_reported"), loc=(name,), input=getattr(self, name)) for name in over
            ]
            raise ValidationError.from_exception_data("amounts", lines)
        return self


class ProgressReport(Intake):
    """Progress against a target on a plot; posted to `intake.<source>.progress.v1`.

    `amounts` are what the plot has now for this report (not a difference); a higher revision replaces them.
    Source: DOMAIN §6.
    """

    name: ClassVar[str] = "intake.progress.v1"

    external_id: ExternalId
    revision: Revision = 1
    target_id: Token
    entity: Line
    plot: Line
    period: Period
    amounts: StatedAmounts
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=50)] = ()


class ProgressRecorded(Fact):
    """A progress report has been counted; `total` is the target's sum after it.

    `counted` is what this report adds: for a higher revision the difference to the one before, which may be
    negative.
    """

    name: ClassVar[str] = "targets.progressed.v1"
    aggregate: ClassVar[str] = "target_id"
    place: ClassVar[str] = "division"

    target_id: Token
    division: Division
    source: Line
    external_id: ExternalId
    revision: int
    entity: Line
    plot: Line
    counted: Annotated[Decimal, Exact(digits=16, signed=True, title="Change")]
    total: Amounts
    at: Instant
    evidence: Annotated[tuple[Evidence, ...], COMES_LATER] = ()
