"""Enrols entries of a register from what a file states: the good ones are kept, each bad one is named by its number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from cli.rules import error_said, field_and_rule
from cli.system.areas import Wrong, chunks
from clients.python.bus import Bus
from clients.python.refused import Refused
from contracts.language.command import Done
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
    kept = KEPT[register]
    changed, wrong = 0, []
    rest = list(entries)
    while rest:
        (chunk, rest) = _first_chunk(rest)
        while chunk:
            try:
                command = kept.command(tuple(entry for _, entry in chunk))
                changed += (await bus.ask(command, actor, division, Done, timeout=60)).changed
                break
            except Refused as refused:
                bad = _named(refused, len(chunk))
                if not bad:
                    raise
                wrong += [(chunk[at][0], field, rule) for at, field, rule in bad]
                chunk = [one for at, one in enumerate(chunk) if at not in {at for at, _, _ in bad}]
    return changed, wrong


def _first_chunk(
    entries: list[tuple[int, RegisterEntry]],
) -> tuple[list[tuple[int, RegisterEntry]], list[tuple[int, RegisterEntry]]]:
    size = len(next(chunks(entry for _, entry in entries)))
    return entries[:size], entries[size:]


def _named(refused: Refused, items: int) -> list[Wrong]:
    """`boards.3.photo.sha256` as (3, photo.sha256, rule)."""
    found = []
    for error in refused.problem.errors:
        field, rule = error_said(error)
        parts = field.split(".", 2)
        if len(parts) == 3 and parts[1].isdigit() and int(parts[1]) < items:
            found.append((int(parts[1]), parts[2], rule))
    return found


def _of_entry(field: str, rule: str) -> tuple[str, str]:
    """The field within the one entry of a command."""
    return ".".join(field.split(".")[2:]) or field, rule
