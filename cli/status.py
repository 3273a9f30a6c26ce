"""`linzhang status`: how services, streams and due work stand; `linzhang refill`, when the bus has lost them."""

from __future__ import annotations

from typing import Any

from nats.js.errors import APIError

from cli.bus import Bus, NoAnswer
from cli.say import data, say, table, talk, word
from cli.session import BusOption, HomeOption, JsonOption, run, session
from contracts.commands import OPERATOR, Done, RefillBus, ServiceStatus, ShowStatus
from contracts.division import UNKNOWN
from contracts.wiring import SERVICES, STREAMS


async def status_of(bus: Bus, service: str) -> ServiceStatus | None:
    """How one service stands; None when it does not answer."""
    try:
        return await bus.ask(ShowStatus(), OPERATOR, UNKNOWN, ServiceStatus, service=service, timeout=5)
    except NoAnswer:
        return None


@run
async def status(as_json: JsonOption = False, bus: BusOption = None, home: HomeOption = None) -> int:
    """Exit status 1 when a service is away or not ready."""
    async with session(OPERATOR, bus, home) as asking:
        services = {name: await status_of(asking, name) for name in SERVICES}
    streams: dict[str, dict[str, Any]] = {}
    if bus is None:
        async with session("reader", None, home) as reading:
            for stream in STREAMS:
                try:
                    streams[stream.name] = (await reading.stream_info(stream.name))["state"]
                except APIError as error:
                    streams[stream.name] = {"error": error.description}
    if as_json:
        data({"services": services, "streams": streams})
    else:
        _show(services, streams)
    return 0 if all(one is not None and one.ready for one in services.values()) else 1


@run
async def refill(bus: BusOption = None, home: HomeOption = None) -> int:
    async with session(OPERATOR, bus, home) as asking:
        for service in SERVICES:
            done = await asking.ask(RefillBus(), OPERATOR, UNKNOWN, Done, service=service, timeout=60)
            talk("refill.done", service=service, count=done.changed)
    return 0


def _show(services: dict[str, ServiceStatus | None], streams: dict[str, dict[str, Any]]) -> None:
    heads = ("service", "ready", "lag", "outbox", "outbox_age", "dead", "refused", "due")
    rows: list[tuple[Any, ...]] = []
    for name, one in services.items():
        if one is None:
            rows.append((name, say("status.away"), *[""] * (len(heads) - 2)))
            continue
        rows.append(
            (
                name,
                say("status.yes") if one.ready else say("status.no"),
                str(sum(one.lag.values())),
                str(one.outbox_unsent),
                f"{one.outbox_oldest_s:.1f} s",
                str(one.dead_letters),
                str(one.refused),
                "，".join(f"{word('due', what)} {count}" for what, count in one.due.items()) or "-",
            )
        )
    table(None, [say(f"status.{head}") for head in heads], rows)
    if streams:
        table(
            None,
            [say(f"status.{head}") for head in ("stream", "messages", "bytes")],
            [(name, one.get("messages", one.get("error")), one.get("bytes", 0)) for name, one in streams.items()],
        )
    else:
        talk("status.no_streams")
