"""How the whole stands: services, streams, durables and servers, and what of it is wrong."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.reach import Reach
from cli.say import say
from cli.session import home_at, session
from clients.python.bus import Bus
from clients.python.refused import NoAnswer
from contracts.access import PROVISIONER, ShowStreams, StreamsShown
from contracts.every_service import ServiceStatus, ShowStatus
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.wiring.streams import FULL_FROM_PERCENT, STREAMS
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


async def standing(bus: Reach | None, home: Path | None) -> Standing:
    """Of the system at an address, as far as an operator outside may ask, or of the one here, with its servers."""
    found = Standing()
    run = home_at(home).running() if bus is None else None
    if run is not None:
        await _ask_servers(found, run, home_at(home))
    async with session(OPERATOR, bus, home) as asking:
        answers = await asyncio.gather(*(status_of(asking, name) for name in SERVICES))
        await _look_at_streams(found, asking)
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


async def _look_at_streams(found: Standing, asking: Bus) -> None:
    """As the provisioner sees them; where it does not answer, that is wrong too."""
    try:
        shown = await asking.ask(ShowStreams(), OPERATOR, UNKNOWN, StreamsShown, timeout=10)
    except NoAnswer:
        found.wrong.append(say("status.wrong.away", service=PROVISIONER))
        return
    for one in shown.streams:
        if one.error is not None:
            found.streams[one.stream] = {"error": one.error}
            found.wrong.append(say("status.wrong.stream", stream=one.stream, told=one.error))
            continue
        found.streams[one.stream] = one.model_dump(exclude={"stream", "error"})
        if one.percent >= FULL_FROM_PERCENT and one.stream not in _DROPS_OLDEST:
            found.wrong.append(say("status.wrong.full", stream=one.stream, percent=one.percent))
        found.wrong += [say("status.wrong.durable", stream=one.stream, durable=name) for name in one.missing]


_DROPS_OLDEST = {stream.name for stream in STREAMS if stream.drops_oldest}
