"""Whether there is a division, as far as the roster tells: a region that nobody has would hear nothing for ever."""

from __future__ import annotations

import base64
import difflib
import json
from datetime import UTC, date, datetime

from nats.aio.client import Client

from contracts.language.division import UNKNOWN, Division, Level
from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.roster import AreaStated, DivisionStated, NamedDivision
from deploy.nats.user_changes import NotDone

NEAR = 6
_ROSTER = "ROSTER"
_A_PAGE = 100_000


async def is_enrolled(bus: Client, division: Division) -> bool:
    """Whether an area of it is stated. Raises NotDone, naming what lies near, where only those beside it are."""
    if division == UNKNOWN:
        return True
    known = await _divisions_under(bus, division.parent)
    if division in known:
        await _require_in_force(bus, division)
        return True
    if division.parent is None or division.parent not in known:
        # Nothing is known of what lies beside it: it may be enrolled tomorrow.
        return False
    beside = sorted(one for one in known if one.level is division.level)
    near = difflib.get_close_matches(division, beside, NEAR, cutoff=0.0) if beside else [division.parent]
    raise NotDone(422, "not-lawful", broken("user_division", division=division, near=", ".join(near)), "division")


async def _require_in_force(bus: Client, division: Division) -> None:
    """Raises NotDone, naming what became of it, for a code that means nothing any more."""
    stated = [
        await _stated(bus, subject) for subject in await _subjects(bus, f"{DivisionStated.name}.{division.tokens}.*")
    ]
    last = max((one.ended_on or date.max for one in stated), default=date.max)
    if last < day_of(datetime.now(UTC)):
        ended = next(one for one in stated if one.ended_on == last)
        code = "division_became" if ended.became else "division_revoked"
        rule = broken(code, division=division, name=ended.name, last=last, became="、".join(ended.became))
        raise NotDone(422, "not-lawful", rule, "division")


async def _stated(bus: Client, subject: str) -> NamedDivision:
    asked = json.dumps({"last_by_subj": subject}).encode()
    reply = json.loads((await bus.request(f"$JS.API.STREAM.MSG.GET.{_ROSTER}", asked, timeout=10)).data)
    return DivisionStated.model_validate_json(base64.b64decode(reply["message"]["data"])).division


async def _divisions_under(bus: Client, parent: Division | None) -> set[Division]:
    """Every division of which an area is stated, from the one above."""
    found = await _subjects(bus, f"{AreaStated.name}.{(parent or UNKNOWN).wildcard}")
    exact = (subject.split(".")[3:8] for subject in found)
    return {division for tokens in exact if (division := Division("".join(tokens))).level is not Level.UNKNOWN}


async def _subjects(bus: Client, wanted: str) -> dict[str, int]:
    found: dict[str, int] = {}
    while True:
        asked = json.dumps({"subjects_filter": wanted, "offset": len(found)}).encode()
        reply = await bus.request(f"$JS.API.STREAM.INFO.{_ROSTER}", asked, timeout=10)
        page = json.loads(reply.data).get("state", {}).get("subjects") or {}
        found |= page
        if len(page) < _A_PAGE:
            return found
