"""`linzhang tail`: follow facts as they are told, by service, fact and region."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from cli.region import Region, stated_region
from cli.say import data, line, say
from cli.session import BusOption, HomeOption, JsonOption, run, session
from cli.system.dead import known_service
from clients.python.bus import told
from contracts.language.values import SHANGHAI
from contracts.wiring.table import FACTS, SERVICES


@run
async def tail(
    service: Annotated[str | None, typer.Argument(callback=known_service, help=", ".join(SERVICES))] = None,
    fact: Annotated[str | None, typer.Option(help=say("help.fact"))] = None,
    region: Region = None,
    count: Annotated[int, typer.Option(min=0, help=say("help.count"))] = 0,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Print each fact as it comes, until interrupted."""
    told_by = [service] if service else list(SERVICES)
    facts = [one for name in told_by for one in FACTS[name]]
    wanted = [one for one in facts if fact in (None, one.parts()[1], one.name, one.type())]
    if not wanted:
        known = ", ".join(sorted({one.parts()[1] for one in facts}))
        raise typer.BadParameter(say("no_such", stated=fact, known=known), param_hint="--fact")
    division = await stated_region(region, bus, home)
    subjects = [one.told_under(division) for one in wanted]
    shown = 0
    async with session("reader", bus, home) as watching:
        async for message in watching.follow(*subjects):
            heard = told(message)
            data(heard) if as_json else line(_line(heard))
            shown += 1
            if shown == count:
                break
    return 0


def _line(heard: dict[str, Any]) -> str:
    at = datetime.fromisoformat(heard["time"]).astimezone(SHANGHAI)
    body = heard["body"]
    case, incident = body.get("case") or {}, body.get("incident") or {}
    what = (
        (case.get("ref") or case).get("number")
        or incident.get("external_id")
        or body.get("title")
        or body.get("target_id")
        or ""
    )
    place = case.get("place") or "".join(area["name"] for area in reversed(incident.get("areas", [])))
    name = heard["type"].removeprefix("cn.linzhang.")
    return "  ".join(part for part in (f"{at:%H:%M:%S}", f"{name:<24}", what, place) if part)
