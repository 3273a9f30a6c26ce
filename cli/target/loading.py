"""Puts targets into the plan as a file states them: the good ones are set, each bad one is named by its number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from cli.enrolling import Wrong
from cli.rules import field_and_rule, problem_said
from clients.python.bus import Bus
from clients.python.refused import Refused
from contracts.language.division import Division
from contracts.language.reading import parse
from contracts.targets import SetTarget, Target

Numbered = list[tuple[int, Target]]


def targets_in(stated: Any) -> tuple[Numbered, list[Wrong]]:
    """Those that the contract takes, with their numbers from 1 on, and what is wrong with the others."""
    good: Numbered = []
    wrong: list[Wrong] = []
    for row, one in enumerate(stated if isinstance(stated, list) else [stated], 1):
        try:
            good.append((row, parse(SetTarget, json.dumps({"target": one}).encode()).target))
        except ValidationError as error:
            found = (field_and_rule(each) for each in error.errors())
            wrong += [(row, field.removeprefix("target."), rule) for field, rule in found]
    return good, wrong


async def set_all(bus: Bus, actor: str, division: Division, targets: Sequence[tuple[int, Target]]) -> list[Wrong]:
    """Set each, what it is a part of before it where the file has it so; what is refused is named."""
    wrong: list[Wrong] = []
    for row, one in targets:
        try:
            await bus.ask(SetTarget(target=one), actor, division, Target)
        except Refused as refused:
            said = problem_said(refused.problem, "id")
            wrong += [(row, field.removeprefix("target."), rule) for field, rule in said]
    return wrong
