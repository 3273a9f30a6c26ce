"""One row of an old ledger, read as a case."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from pydantic import ValidationError

from cli.rules import field_and_rule
from cli.say import say
from cli.sheet.cell import BadCell
from cli.sheet.reading import Known
from cli.sheet.taken import Record, Taken
from contracts.cases import LawSide, Measured, OldCase

TOGETHER = (("closed_on", "route"), ("unit_id", "unit_name"), ("occurred_from", "occurred_to"))
_PARTS = {
    "unit": {"unit_id": "id", "unit_name": "name"},
    "occurred": {"occurred_from": "from_on", "occurred_to": "to_on"},
}
"""Of what columns a part of a case is made, and what they are called in it."""
_WITHIN = {"measured": tuple(Measured.model_fields), "law": tuple(LawSide.model_fields)}


def case_of(record: Record, taken: Taken, known: Known) -> OldCase | None:
    """The case that a row is, None where a cell of it is wrong."""
    _name_unit(record, taken, known)
    stated = dict(record.stated)
    _check_together(record, taken)
    if record.problems:
        return None
    for part, names in _PARTS.items():
        if inside := {ours: stated.pop(name) for name, ours in names.items() if name in stated}:
            stated[part] = inside
    for part, within in _WITHIN.items():
        if inside := {name: stated.pop(name) for name in within if name in stated}:
            stated[part] = inside
    try:
        return OldCase.model_validate({"text": "", **stated})
    except ValidationError as error:
        for name, rule in map(field_and_rule, error.errors()):
            taken.refuse(record, field_of(name), rule)
        return None


def field_of(name: str) -> str:
    """Of what field of an old ledger one of a case is read: `unit_id` for `unit.id`, `trees` for `measured.trees`."""
    part, _, inside = name.partition(".")
    inside = re.sub(r"\.\d+$", "", inside)
    if part in _PARTS:
        return next((ours for ours, its in _PARTS[part].items() if its == inside), min(_PARTS[part]))
    return inside if part in _WITHIN and inside else part


def _name_unit(record: Record, taken: Taken, known: Known) -> None:
    """A unit that is named alone is the one of that name."""
    name = record.stated.get("unit_name")
    if name is None or "unit_id" in record.stated or "unit_id" in record.problems:
        return
    try:
        record.stated["unit_id"] = known.unit_id(name)
    except BadCell as bad:
        taken.refuse(record, "unit_name", str(bad))
    else:
        taken.read_as(record, "unit_name", name, f"{name} {record.stated['unit_id']}")


def _check_together(record: Record, taken: Taken) -> None:
    """What only several cells of a row say together; a cell that is wrong by itself is named only once."""
    stated: dict[str, Any] = record.stated

    def wrong(name: str, key: str, **about: date) -> None:
        if name not in record.problems:
            taken.refuse(record, name, say(key, **about))

    for early in ("found_on", "stocked_on"):
        if {early, "closed_on"} <= stated.keys() and stated["closed_on"] < stated[early]:
            wrong("closed_on", "ledger.closed_early", closed=stated["closed_on"], found=stated[early])
    if {"found_on", "due_on"} <= stated.keys() and stated["due_on"] < stated["found_on"]:
        wrong("due_on", "ledger.due_early", due=stated["due_on"], found=stated["found_on"])
    for pair in TOGETHER:
        for one, other in (pair, pair[::-1]):
            if one in stated and other not in stated and one not in record.problems:
                wrong(other, "ledger.both_or_none")
    if {"occurred_from", "occurred_to"} <= stated.keys() and stated["occurred_to"] < stated["occurred_from"]:
        wrong("occurred_to", "ledger.ends_early")
