"""Which posts and units a fact concerns: the words of `telling.json` (DOMAIN §8)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from contracts.language.division import Level
from contracts.language.terms import Language
from contracts.language.values import Role

NEAREST_CHIEF = "nearest_chief"
NAMED = "named"
"""Every post that the fact itself names: those a letter is sent to besides, those that changed hands."""
TWO_TIERS_UP = "two_tiers_up"
"""The chiefs of the lowest level that has any, and of the next two above (DOMAIN §8)."""
UNITS = ("office", "unit", "owner", "holder", "assignee", "approver", "addressee", "receiver")
"""What a unit is to a case. The holder is the unit, else the office; the assignee is the unit while it must act."""
WordT = TypeVar("WordT", bound=StrEnum)
Whom = str | tuple[Role | None, Level]
"""A word of `telling.json` for posts; posts of a role at a level, or (None) the nearest chief of that level."""


class RuleRefused(ValueError):
    """A word in `telling.json` that means nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which of the posts that answer are told, and which units."""

    posts: tuple[Whom, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TellingRules:
    """`telling.json`."""

    old_after: timedelta
    language: Language
    acting: tuple[Role, ...]
    facts: Mapping[str, Rule]

    @classmethod
    def read(cls, path: Path) -> TellingRules:
        """Raises RuleRefused naming the word."""
        stated = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            timedelta(days=stated["old_after_days"]),
            stated["language"],
            tuple(_word(Role, role) for role in stated["acts_for_its_unit"]),
            {
                name: Rule(tuple(_whom(one) for one in rule["posts"]), tuple(_unit(one) for one in rule["units"]))
                for name, rule in stated["facts"].items()
            },
        )


def _whom(stated: str) -> Whom:
    if stated in (NEAREST_CHIEF, NAMED, TWO_TIERS_UP):
        return stated
    role, _, level = stated.partition("@")
    return None if role == NEAREST_CHIEF else _word(Role, role), _word(Level, level)


def _unit(stated: str) -> str:
    if stated not in UNITS:
        raise RuleRefused(f"telling.json: a unit is one of {', '.join(UNITS)}, not {stated!r}")
    return stated


def _word(words: type[WordT], stated: str) -> WordT:
    if stated not in words._value2member_map_:
        raise RuleRefused(f"telling.json: {stated!r} is not one of {', '.join(words)}")
    return words(stated)


RULES = TellingRules.read(Path(__file__).with_name("telling.json"))
