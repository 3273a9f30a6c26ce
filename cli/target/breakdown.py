"""A breakdown of the plan as a sheet: a row for each part, under which target it stands and what it carries."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from cli.enrolling import named
from cli.rules import error_said, field_and_rule, whole_said
from cli.say import say
from cli.sheet.layout import Description
from cli.sheet.taken import Record, Taken
from clients.python.bus import Bus
from clients.python.refused import Refused
from contracts.language.division import Division
from contracts.targets import Allocate, Allocation, TargetProgress, TargetShare

MOST_SHARES = 200
"""That one command may carry."""
NO_TARGET = "no-such-target"
Parts = dict[str, list[tuple[Record, TargetShare]]]


@cache
def description() -> Description:
    return Description.model_validate(json.loads(files("cli.target").joinpath("parts.json").read_text("utf-8")))


def parts_of(taken: Taken, under: str | None, plan: Sequence[TargetProgress]) -> Parts:
    """The shares of each target; what is no share by its contract, or in another unit, is named by its cell.

    A target whose own amount falls comes before those above it, any other one after: what its parts have always fits.

    A row that says not of what it is a part is one of `under`; without that it is the top of the plan, which no
    breakdown changes. One without an id is called by its target and its division.
    """
    found: Parts = {}
    stands = {one.target.id: one.target for one in plan}
    for record in taken.good:
        of = record.stated.get("parent_id", under)
        if of is None:
            continue
        unit, stated = stands[of].unit if of in stands else None, record.stated.get("unit")
        if None not in (unit, stated) and unit != stated:
            taken.refuse(record, "unit", say("target.unit_of_target", unit=unit))
            continue
        share = _share(record, of, taken)
        if share is not None:
            found.setdefault(of, []).append((record, share))
    above = {share.id: of for of, shares in found.items() for _, share in shares}
    wanted = {share.id: share.amount for shares in found.values() for _, share in shares}

    def turn(target: str) -> int:
        before = stands[target].amount if target in stands else None
        falls = before is not None and target in wanted and wanted[target] < before
        return -_depth(target, above) if falls else _depth(target, above)

    return dict(sorted(found.items(), key=lambda one: turn(one[0])))


def _depth(target: str, above: Mapping[str, str]) -> int:
    seen: set[str] = set()
    while target in above and target not in seen:
        seen.add(target)
        target = above[target]
    return len(seen)


def _share(record: Record, of: str, taken: Taken) -> TargetShare | None:
    said = record.stated
    division, entity = said["division"], said.get("entity")
    if "amount" not in said:
        taken.refuse(record, "amount", say("sheet.blank"))
        return None
    if "id" not in said and entity is not None:
        taken.refuse(record, "id", say("target.id_of_entity"))
        return None
    stated = {
        "id": said.get("id", f"{of}-{Division(division).significant}"),
        "division": division,
        "entity": entity,
        "amount": format(said["amount"], "f"),
    }
    try:
        return TargetShare.model_validate(stated)
    except ValidationError as error:
        for one in error.errors():
            field, rule = field_and_rule(one)
            taken.refuse(record, field, rule)
        return None


def changed(parts: Parts, of: Collection[str], plan: Sequence[TargetProgress]) -> int:
    """How many shares of these targets are otherwise than they stood."""
    stood = {one.target.id: one.target.amount for one in plan}
    return sum(stood.get(share.id) != share.amount for target in of for _, share in parts[target])


async def allocate_all(
    bus: Bus, actor: str, division: Division, parts: Parts, taken: Taken, reason: str | None, paper: str | None
) -> list[Allocation]:
    """Break each target down; what targets refuses is named by its cell, and nothing of that command is changed."""
    done: list[Allocation] = []
    for target, rows in parts.items():
        for at in range(0, len(rows), MOST_SHARES):
            some = rows[at : at + MOST_SHARES]
            shares = tuple(share for _, share in some)
            asked = Allocate(target_id=target, shares=shares, reason=reason, paper=paper)
            try:
                done.append(await bus.ask(asked, actor, division, Allocation, timeout=60))
            except Refused as refused:
                if not _refuse(refused, [record for record, _ in some], taken):
                    raise
    return done


def _refuse(refused: Refused, rows: Sequence[Record], taken: Taken) -> bool:
    """Whether every rule that was broken is one of a row, or of all rows of the target."""
    problem = refused.problem
    if problem.type.endswith(NO_TARGET):
        for record in rows:
            taken.refuse(record, "parent_id", whole_said(problem))
        return True
    errors = problem.errors
    cells = named(refused, len(rows))
    for row, field, rule in cells:
        taken.refuse(rows[row], field, rule)
    whole = [(field, rule) for field, rule in map(error_said, errors) if field in ("shares", "reason")]
    for field, rule in whole:
        taken.refuse(rows[0], "amount", rule if field == "shares" else f"--reason: {rule}")
    return bool(errors) and len(cells) + len(whole) == len(errors)


def row_of(progress: TargetProgress) -> dict[str, Any]:
    """A target as a row of the sheet, with what is reached of it."""
    target = progress.target
    own = {name: getattr(target, name) for name in ("id", "parent_id", "division", "entity", "amount", "name")}
    return {**own, "unit": target.unit.value, **dict(progress.total), "unallocated": progress.unallocated}
