"""Enrols entries of a register from what a file states: the good ones are kept, each bad one is named by its number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from cli.enrolling import Wrong, enrol
from cli.rules import field_and_rule
from clients.python.bus import Bus
from contracts.language.division import Division
from contracts.language.reading import parse
from contracts.roster import KEPT, Register, RegisterEntry

MOST_NAMED = 5
"""Broken rules named of one entry that its contract does not take."""


def read_entries(register: Register, stated: Sequence[Any]) -> tuple[list[tuple[int, RegisterEntry]], list[Wrong]]:
    """Those that the contract takes, with their numbers from 1 on, and what is wrong with the others."""
    kept = KEPT[register]
    good: list[tuple[int, RegisterEntry]] = []
    wrong: list[Wrong] = []
    for row, one in enumerate(stated, 1):
        body = json.dumps({kept.entries_field: [one]})
        try:
            command = parse(kept.enrol, body.encode())
        except ValidationError as error:
            # An entry that is not taken leaves the list empty, which is no fault of its own.
            own = [each for each in error.errors() if len(each["loc"]) > 1] or error.errors()
            wrong += [(row, *_of_entry(*field_and_rule(each))) for each in own[:MOST_NAMED]]
        else:
            good.append((row, getattr(command, kept.entries_field)[0]))
    return good, wrong


async def enrol_all(
    bus: Bus, actor: str, division: Division, register: Register, entries: Sequence[tuple[int, RegisterEntry]]
) -> tuple[int, list[Wrong]]:
    """How many were changed; what roster refuses is left out and named, the rest is enrolled."""
    return await enrol(bus, actor, division, entries, KEPT[register].command)


def _of_entry(field: str, rule: str) -> tuple[str, str]:
    """The field within the one entry of a command."""
    return ".".join(field.split(".")[2:]) or field, rule
