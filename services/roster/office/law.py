"""What `offices.json` says: the named standards with what proves each, and how offices are accepted (D1)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.language.values import Line, Token
from contracts.law.versions import Rules
from services.runtime.reference.law import LawFile

Count = Annotated[int, Field(ge=0, le=10_000)]


class StandardItem(BaseModel):
    """An item of the standards, and what proves it, in Chinese and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[Line, Line]
    evidence: tuple[Line, Line]


class OfficeRules(Rules):
    """One version."""

    remind_days: Count
    remind_reply_days: Count
    standards: Mapping[Token, StandardItem]
    staff_at_least: Count
    full_time_at_least: Count


LAW = LawFile("roster.offices", Path(__file__).with_name("offices.json"), OfficeRules).shipped
"""An office is judged by the law of the day on which one looks at it, a year by that of its last day."""
