"""What came of a map, or would come of it, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from cli.areas.around import Around
from cli.areas.rings import shape_of, size_mu
from cli.areas.row import Row
from cli.say import data, say, table, talk, talk_line
from contracts.roster import Area

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """What a row would make of an area."""

    row: int | str
    id: str
    name: str
    outcome: str
    changed: tuple[str, ...]
    area_mu: str
    before_mu: str | None
    moved_metres: float | None


@dataclass(slots=True)
class Outcome:
    """What came of a map: `wrong` and `asks` are kept out, `told` is for the person who imports."""

    read: int = 0
    changed: int = 0
    changes: list[Change] = field(default_factory=list)
    wrong: list[tuple[int | str, str, str]] = field(default_factory=list)
    asks: list[tuple[int | str, str, str]] = field(default_factory=list)
    told: list[tuple[int | str, str, str]] = field(default_factory=list)
    repairs: list[tuple[int | str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def change_of(row: Row, before: Area | None) -> Change:
    """Of a row that states an area."""
    area = row.area
    assert area is not None
    size = area.area_mu or size_mu(shape_of(row.feature.polygons))
    changed: tuple[str, ...] = ()
    if before is not None:
        after = area.model_copy(update={"area_mu": before.area_mu if not area.area_mu else area.area_mu})
        changed = tuple(name for name in Area.model_fields if getattr(after, name) != getattr(before, name))
    word = NEW if before is None else CHANGED if changed else UNCHANGED
    moved = Around([area], {before.id: before}, ()).metres_moved(area.id) if before is not None else None
    before_mu = str(before.area_mu) if before is not None else None
    return Change(row.name, area.id, area.name, word, changed, str(size), before_mu, moved and round(moved, 1))


def show(outcome: Outcome, preview: bool, as_json: bool) -> None:
    """On stdout, as JSON or as tables."""
    if as_json:
        data({**_fields(outcome), "changes": list(map(_fields, outcome.changes))})
        return
    for told in outcome.files:
        talk_line(told)
    shown = [one for one in outcome.changes if one.outcome != UNCHANGED]
    if shown:
        heads = ("row", *(f"areas.{word}" for word in ("id", "name", "outcome", "fields", "mu", "mu_before", "moved")))
        table(None, map(say, heads), map(_cells, shown))
    for title, lines in (("areas.wrong", outcome.wrong), ("areas.asks", outcome.asks), ("areas.told", outcome.told)):
        if lines:
            table(say(title), (say("row"), say("field"), say("rule")), lines)
    if outcome.repairs:
        table(say("areas.repairs"), (say("row"), say("areas.repair")), outcome.repairs)
    kept_out = len({row for row, _, _ in (*outcome.wrong, *outcome.asks)})
    key = "areas.previewed" if preview else "areas.imported"
    talk(key, read=outcome.read, changed=len(shown) if preview else outcome.changed, wrong=kept_out)


def _cells(one: Change) -> Iterator[Any]:
    yield from (one.row, one.id, one.name, say(f"areas.{one.outcome}"), "、".join(one.changed))
    yield from (one.area_mu, one.before_mu, one.moved_metres)


def _fields(one: Outcome | Change) -> dict[str, Any]:
    return {each.name: getattr(one, each.name) for each in fields(one)}
