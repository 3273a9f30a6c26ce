"""The rungs by which the owner of a case is pressed: when each is issued, and to whom besides (DOMAIN §5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.language.values import Role, Token, known
from contracts.law.versions import Rules


class Rung(BaseModel):
    """A step of the ladder: so many working days after the deadline, before it where negative.

    One that addresses the posts it names speaks to them, too; the others send them a copy.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Token, Field(alias="rung")]
    working_days: Annotated[int, Field(ge=-250, le=250)]
    roles: Annotated[tuple[Annotated[Role, known(Role)], ...], Field(alias="posts")]
    addresses_posts: bool = False


class Ladder(Rules):
    """One version, its rungs from the lowest up."""

    reply_within_working_days: Annotated[int, Field(ge=0, le=250)]
    rungs: tuple[Rung, ...]
