"""`linzhang tail`: follow facts as they are told, by service, fact and region."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from cli.bus import told
from cli.case import Region, division_of
from cli.say import data, say
from cli.session import BusOption, HomeOption, JsonOption, run, session
from contracts.values import SHANGHAI
from contracts.wiring import FACTS, SERVICES


@run
async def tail(
    service: Annotated[str | None, typer.Argument(help=", ".join(SERVICES))] = None,
    fact: Annotated[str | None, typer.Option(help=say("help.fact"))] = None,
    region: Region = None,
    count: Annotated[int, typer.Option(help=say("help.count"))] = 0,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Print each fact as it comes, until interrupted."""
    if service is not None and service not in SERVICES:
        raise typer.BadParameter(", ".join(SERVICES), param_hint="service")
    words = {one.parts()[1] for facts in FACTS.values() for one in facts}
    if fact is not None and fact not in words:
        raise typer.BadParameter(", ".join(sorted(words)), param_hint="--fact")
    where = division_of(region).wildcard
    subjects = [f"{one}.{fact or '*'}.v1.{where}" for one in ([service] if service else SERVICES)]
    shown = 0
    async with session("reader", bus, home) as watching:
        async for message in watching.follow(*subjects):
            heard = told(message)
            data(heard) if as_json else print(_line(heard), flush=True)
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
