"""Who holds a post today, or acts while it is vacant: what states it, and who is named to stand in."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, Field, model_validator

from contracts.language.message import Command, ReferenceFact
from contracts.language.rules import custom
from contracts.language.values import Line, PersonRef, PostRef, Token, UnitRef, Value
from contracts.language.written import WHOLE, Day, Instant


class Acting(Value):
    """Who acts for a vacant post: the person named to stand in until a day, else its unit."""

    post_id: Token
    person: PersonRef | None
    unit: UnitRef
    until: Day | None = None


class Holding(Value):
    """A post with who holds it; since which day, and who did on the day before.

    A vacant one has no holder, `since` its first vacant day (None: nobody ever held it), and who acts meanwhile.
    """

    post: PostRef
    since: Day | None
    before: PersonRef | None
    acting: Acting | None
    ended: bool = False


class StandIn(Command):
    """Name who acts for a post on days on which it is vacant; without a person its unit does, as it would else.

    What is recorded later counts for its days. By the office above or the operator.
    """

    name: ClassVar[str] = "roster.stand_in.v1"
    answer: ClassVar[type[BaseModel]] = Holding

    post_id: Token
    person_id: Token | None = None
    person_name: Line | None = None
    first: Day
    last: Day
    reason: Line

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.last < self.first:
            raise custom("period_in_order")
        if (self.person_id is None) != (self.person_name is None):
            raise custom("person_with_name")
        return self


class StandInNamed(Value):
    """Who was named to act for a post on days on which it is vacant, and why; no person: its unit, as it would else."""

    post_id: Token
    person: PersonRef | None
    first: Day
    last: Day
    reason: Line
    recorded_by: Token
    recorded_at: Instant


class StandInsListed(Value):
    """Those named, the latest recorded first, which counts for its days; `more` where this is not all."""

    stand_ins: tuple[StandInNamed, ...]
    more: bool


class ListStandIns(Command):
    """Who was named to stand in for posts in and under the subject's division, for one of them, or for a day."""

    name: ClassVar[str] = "roster.list_stand_ins.v1"
    answer: ClassVar[type[BaseModel]] = StandInsListed
    reads_only: ClassVar[bool] = True

    post_id: Token | None = None
    on: Day | None = None
    limit: Annotated[int, Field(ge=1, le=1000), WHOLE] = 200


class HolderStated(ReferenceFact):
    """Another holds a post, it is vacant, or another stands in: told on the day, or as soon as it becomes known.

    Source: DOMAIN §3.
    """

    name: ClassVar[str] = "roster.holder.v1"
    aggregate: ClassVar[str] = "holding.post.id"
    place: ClassVar[str] = "holding.post.division"
    identity: ClassVar[str] = "holding.post.id"

    holding: Holding
