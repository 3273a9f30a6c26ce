"""What `boards.json` says: who stands on a board of which level, and how soon it must be put right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.language.division import Level
from contracts.language.values import Role, known
from contracts.law.versions import Rules
from services.runtime.reference.law import LawFile

Days = Annotated[int, Field(ge=0, le=3660)]


class Template(BaseModel):
    """The roles whose posts stand on a board, and those of them with a phone, with their consent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[Annotated[Role, known(Role)], ...]
    phones: tuple[Annotated[Role, known(Role)], ...]


class BoardRules(Rules):
    """One version."""

    patch_within_days: Days
    new_within_days: Days
    inspect_every_months: Literal[1, 2, 3, 4, 6, 12]
    remind_days: Days
    templates: Mapping[Level, Template]


LAW = LawFile("roster.boards", Path(__file__).with_name("boards.json"), BoardRules).shipped
"""A board is judged by the law of the day on which one looks at it."""
