"""`linzhang status`: how services, streams and due work stand; `linzhang refill`, when the bus has lost them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cli.say import data, say, table, talk, talk_line, word
from cli.session import BusOption, HomeOption, JsonOption, run, session
from cli.system.standing import standing
from contracts.every_service import RefillBus, ServiceStatus
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN
from contracts.wiring.table import SERVICES


@run
async def status(as_json: JsonOption = False, bus: BusOption = None, home: HomeOption = None) -> int:
    """Exit status 1 when anything is wrong; what only wants a look leaves it 0."""
    found = await standing(bus, home)
    if as_json:
        data(asdict(found))
    else:
        _show(found.services, found.streams)
    for wrong in found.wrong:
        talk_line(say("status.wrong", what=wrong))
    for note in found.notes:
        talk_line(say("status.note", what=note))
    return 1 if found.wrong else 0


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
            [say(f"status.{head}") for head in ("stream", "messages", "bytes", "budget", "percent")],
            [
                (
                    name,
                    one.get("messages", one.get("error")),
                    one.get("bytes"),
                    one.get("budget_bytes"),
                    one.get("percent"),
                )
                for name, one in streams.items()
            ],
        )
