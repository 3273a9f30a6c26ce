"""What the moves of a patrol come to, in whatever order and however often they were told: a pure fold over them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from contracts.language.evidence import Evidence
from contracts.language.values import ExternalId, Text, Token
from contracts.patrol import Activity, Item, PatrolMove, PatrolPoint, PatrolWay, Pause, Remark, Visited

_TURN = [*PatrolMove]
_ON_THE_WAY = (PatrolMove.PAUSE, PatrolMove.RESUME)


class Said(BaseModel):
    """What was told with a move."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    post_id: Token | None = None
    activity: Activity | None = None
    way: PatrolWay | None = None
    terminal_source: Token | None = None
    terminal: ExternalId | None = None
    planned_on: date | None = None
    to_reach: tuple[PatrolPoint, ...] = ()
    text: Text = ""
    items: tuple[Item, ...] = ()
    visited: tuple[Visited, ...] = ()
    photos: tuple[Evidence, ...] = ()
    incidents: tuple[ExternalId, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """Something was done with a patrol at a time."""

    move: PatrolMove
    at: datetime
    said: Said


@dataclass(frozen=True, slots=True)
class Course:
    """How a patrol went, as far as it has been told."""

    started_at: datetime | None
    over_at: datetime | None
    """When it was ended or given up."""
    given_up: bool
    pauses: tuple[Pause, ...]
    said: Said
    """All that was said of it; of what was said twice, what was said last; what was looked at and shown adds up."""
    remarks: tuple[Remark, ...] = ()
    found: tuple[tuple[datetime, Item], ...] = ()
    """What was looked at, with when it was said first."""


def course_of(moves: Collection[Moved], longest_until: datetime | None = None) -> Course:
    """The first beginning begins it, the first end or giving up after that ends it; what lies outside is no part of it.

    An end later than `longest_until` is none: so long nobody walks, or the next patrol had begun.
    """
    ordered = sorted(moves, key=lambda one: (one.at, _TURN.index(one.move), one.said.model_dump_json()))
    begun = next((one for one in ordered if one.move is PatrolMove.BEGIN), None)
    if begun is None:
        given_up = next((one for one in ordered if one.move is PatrolMove.ABANDON), None)
        said = _together(one.said for one in ordered)
        return Course(None, given_up.at if given_up else None, given_up is not None, (), said)
    over = next((one for one in ordered if _ends(one, begun, longest_until)), None)
    until = over.at if over is not None else longest_until
    counted = [one for one in ordered if one.at >= begun.at and (until is None or one.at <= until)]
    plans = [one for one in ordered if one.move is PatrolMove.PLAN]
    edges = [(one.move, one.at) for one in (begun, over) if one is not None]
    way = [one for one in counted if one.move in _ON_THE_WAY or (one.move, one.at) in edges]
    ends = [one.said for one in way if one.move not in _ON_THE_WAY]
    ways = [*_at_once(plans[-1:]), *_at_once(way)]
    shown = _added_up(ways)
    said = _together([*(one.said for one in plans), *ends]).model_copy(update=shown)
    remarks = tuple(
        Remark(at=one.at, text=one.said.text) for one in _at_once(way) if one.said.text and not _is(one, over)
    )
    given_up_after = over is not None and over.move is PatrolMove.ABANDON
    found = {item.model_dump_json(): (one.at, item) for one in reversed(ways) for item in one.said.items}
    return Course(
        begun.at,
        over.at if over else None,
        given_up_after,
        tuple(_pauses(counted)),
        said,
        remarks,
        tuple(sorted(found.values(), key=lambda one: (one[0], one[1].model_dump_json()))),
    )


def _is(one: Moved, other: Moved | None) -> bool:
    return other is not None and (one.move, one.at) == (other.move, other.at)


def _at_once(ordered: Iterable[Moved]) -> list[Moved]:
    """What was said of one move at one time together, the last of what was said twice."""
    found: dict[tuple[PatrolMove, datetime], list[Said]] = {}
    for one in ordered:
        found.setdefault((one.move, one.at), []).append(one.said)
    return [Moved(move, at, _together(said)) for (move, at), said in found.items()]


def _added_up(moves: Iterable[Moved]) -> dict[str, object]:
    """What was looked at, visited and shown with each move; of things that are the same, one."""
    said = [one.said for one in moves]
    return {
        "items": tuple({one.model_dump_json(): one for its in said for one in its.items}.values()),
        "visited": tuple(one for its in said for one in its.visited),
        "photos": tuple({one.sha256: one for its in said for one in its.photos}.values()),
        "incidents": tuple(dict.fromkeys(one for its in said for one in its.incidents)),
    }


def _ends(one: Moved, begun: Moved, longest_until: datetime | None) -> bool:
    return (
        one.move in (PatrolMove.END, PatrolMove.ABANDON)
        and one.at >= begun.at
        and (longest_until is None or one.at <= longest_until)
    )


def _pauses(ordered: Iterable[Moved]) -> Iterable[Pause]:
    since: datetime | None = None
    for one in ordered:
        if one.move is PatrolMove.PAUSE and since is None:
            since = one.at
        elif one.move is PatrolMove.RESUME and since is not None:
            yield Pause(first_at=since, last_at=one.at)
            since = None
    if since is not None:
        yield Pause(first_at=since, last_at=None)


def _together(said: Iterable[Said]) -> Said:
    found: dict[str, object] = {}
    for one in said:
        found |= {name: value for name, value in one if value not in (None, "", ())}
    return Said.model_validate(found)
