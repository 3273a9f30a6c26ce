"""How the whole stands: services, streams, durables and servers, and what of it is wrong."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nats.js.errors import APIError

from cli.say import say
from cli.session import home_at, session
from clients.python.bus import Bus
from clients.python.refused import NoAnswer
from contracts.every_service import ServiceStatus, ShowStatus
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.wiring.streams import DURABLES, FULL_FROM_PERCENT, STREAMS, percent_of
from contracts.wiring.table import SERVICES
from deploy.local import postgres
from deploy.local.home import Home, Run
from deploy.local.watch import ROOM_BYTES, free_bytes
from deploy.nats import telling
from deploy.nats.accounts import SUPERVISOR


@dataclass
class Standing:
    """`wrong` wants somebody now; `notes` want a look: what could not be handled, who is left out."""

    services: dict[str, ServiceStatus | None] = field(default_factory=dict)
    streams: dict[str, dict[str, Any]] = field(default_factory=dict)
    servers: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def status_of(bus: Bus, service: str) -> ServiceStatus | None:
    """How one service stands; None when it does not answer."""
    try:
        return await bus.ask(ShowStatus(), OPERATOR, UNKNOWN, ServiceStatus, service=service, timeout=5)
    except NoAnswer:
        return None


async def standing(bus: str | None, home: Path | None) -> Standing:
    """Of the system at an address, as far as an operator outside may ask, or of the one here, with its servers."""
    found = Standing()
    run = home_at(home).running() if bus is None else None
    if run is not None:
        await _ask_servers(found, run, home_at(home))
    async with session(OPERATOR, bus, home) as asking:
        answers = await asyncio.gather(*(status_of(asking, name) for name in SERVICES))
    found.services = dict(zip(SERVICES, answers, strict=True))
    for name, one in found.services.items():
        if one is None:
            found.wrong.append(say("status.wrong.away", service=name))
            continue
        found.wrong += [say("status.wrong.unready", service=name, reason=reason) for reason in one.unready]
        if not one.ready and not one.unready:
            found.wrong.append(say("status.wrong.unready", service=name, reason="-"))
        if one.dead_letters:
            found.notes.append(say("status.note.dead", service=name, count=one.dead_letters))
    if run is not None:
        async with session("reader", None, home) as reading:
            await _look_at_streams(found, reading)
        found.notes += [say("user.left_out", wrong=wrong) for wrong in run.left_out]
    return found


async def _ask_servers(found: Standing, run: Run, home: Home) -> None:
    bus, database = await asyncio.gather(
        telling.unwell(run.url(SUPERVISOR)), postgres.unwell(run.databases[SERVICES[0]])
    )
    found.servers = {"nats": bus, "postgres": database}
    found.wrong += [say("status.wrong.server", server=name, told=told) for name, told in found.servers.items() if told]
    for name in found.servers:
        if free_bytes(home.path / name) < ROOM_BYTES:
            found.wrong.append(say("status.wrong.disk", path=home.path / name))


async def _look_at_streams(found: Standing, reading: Bus) -> None:
    for stream in STREAMS:
        try:
            info = await reading.stream_info(stream.name)
            present = {one["name"] for one in await reading.consumers(stream.name)}
        except APIError as error:
            found.streams[stream.name] = {"error": error.description}
            found.wrong.append(say("status.wrong.stream", stream=stream.name, told=error.description))
            continue
        budget = info["config"]["max_bytes"]
        percent = percent_of(info["state"]["bytes"], budget)
        found.streams[stream.name] = {**info["state"], "budget_bytes": budget, "percent": percent}
        if percent >= FULL_FROM_PERCENT and not stream.drops_oldest:
            found.wrong.append(say("status.wrong.full", stream=stream.name, percent=percent))
        ours = {one.name for of_service in DURABLES.values() for one in of_service if one.stream == stream.name}
        found.wrong += [
            say("status.wrong.durable", stream=stream.name, durable=name) for name in sorted(ours - present)
        ]
