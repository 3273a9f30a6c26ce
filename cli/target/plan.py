"""The plan of a year as it stands, and the one that is shipped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files

from clients.python.bus import Bus
from contracts.language.division import Division
from contracts.targets import PlanShown, ShowPlan, Target, TargetProgress

SHIPPED = "plans/2020-jingdezhen.json"


def shipped() -> list[Target]:
    """The plan of 2020 that targets ships (DOMAIN §7)."""
    stated = files("services.targets").joinpath(SHIPPED).read_text("utf-8")
    return [Target.model_validate(one) for one in json.loads(stated)]


async def standing(bus: Bus, actor: str, division: Division, year: int) -> list[TargetProgress]:
    """The whole plan of a year in and under a division."""
    found: list[TargetProgress] = []
    while True:
        asked = ShowPlan(year=year, after=found[-1].target.id if found else None)
        page = await bus.ask(asked, actor, division, PlanShown, timeout=60)
        found += page.targets
        if not page.more:
            return found


def in_tree(plan: Sequence[TargetProgress]) -> Iterator[tuple[int, TargetProgress]]:
    """Each target with how far it stands below the top, its parts after it; what hangs on nothing shown is a top."""
    ids = {one.target.id for one in plan}
    parts: dict[str | None, list[TargetProgress]] = {}
    for one in plan:
        above = one.target.parent_id if one.target.parent_id in ids else None
        parts.setdefault(above, []).append(one)
    waiting = [(0, one) for one in reversed(parts.get(None, []))]
    while waiting:
        depth, one = waiting.pop()
        yield depth, one
        waiting += [(depth + 1, part) for part in reversed(parts.get(one.target.id, []))]
