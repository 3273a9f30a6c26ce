"""Who is told of what, in which language, and what is too old to tell (DOMAIN §8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.language.division import Level
from contracts.language.rules import custom
from contracts.language.terms import Language
from contracts.language.values import Line, Role, known
from contracts.language.written import Ruled
from contracts.law.versions import Rules

NEAREST_CHIEF = "nearest_chief"
NAMED = "named"
TWO_TIERS_UP = "two_tiers_up"
_POSTS = "|".join((NEAREST_CHIEF, *(role.value for role in Role if role is not Role.OTHER)))
_LEVELS = "|".join(level.value for level in Level if level is not Level.UNKNOWN)
Whom = Annotated[
    str,
    Field(title="Whom", pattern=f"^(?:{NAMED}|{NEAREST_CHIEF}|{TWO_TIERS_UP}|(?:{_POSTS})@(?:{_LEVELS}))$"),
    Ruled("whom", (("whom", f"{NAMED}, {NEAREST_CHIEF}, {TWO_TIERS_UP}, ranger@village"),)),
]
"""Which of the posts that answer: `ranger@village`, those of a role at a level, or the nearest chief there; `named` is
every post that the fact itself names, `two_tiers_up` are the chiefs of the lowest level that has any, and of the next
two above."""
UnitTold = Literal["office", "unit", "owner", "holder", "assignee", "approver", "addressee", "receiver"]
"""What a unit is to a case. The holder is the unit, else the office; the assignee is the unit while it must act."""


class WhoIsTold(BaseModel):
    """Which of the posts that answer are told, and which units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    posts: tuple[Whom, ...] = ()
    units: tuple[UnitTold, ...] = ()


class TellingRules(Rules):
    """Who is told of each fact; one that it does not name is told as the file that was shipped has it.

    Units are told through the posts of these roles. What is older than so many days is told to nobody.
    """

    old_after_days: Annotated[int, Field(ge=1, le=366)]
    language: Language
    acts_for_its_unit: tuple[Annotated[Role, known(Role)], ...]
    facts: Mapping[Line, WhoIsTold]

    @model_validator(mode="after")
    def _of_what_is_heard(self) -> Self:
        # The table of what services hear has the laws in it.
        from contracts.wiring.table import HEARS

        heard = sorted(fact.name for fact in HEARS["notify"])
        if not self.facts.keys() <= set(heard):
            raise custom("one_of", known=", ".join(heard))
        return self

    @property
    def old_after(self) -> timedelta:
        return timedelta(days=self.old_after_days)
