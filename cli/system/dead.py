"""`linzhang dead`: what could not be handled, grouped by cause; replayed or discarded."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.case.asking import said_of
from cli.say import data, say, table, talk
from cli.session import BusOption, HomeOption, JsonOption, run, session
from clients.python.bus import Bus
from contracts.every_service import DeadLetterGroup, DeadLetters, DiscardDeadLetters, ListDeadLetters, ReplayDeadLetters
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN
from contracts.wiring.table import SERVICES

app = typer.Typer(no_args_is_help=True)


def known_service(stated: str | None) -> str | None:
    if stated is not None and stated not in SERVICES:
        raise typer.BadParameter(say("no_such", stated=stated, known=", ".join(SERVICES)))
    return stated


Service = Annotated[str, typer.Argument(callback=known_service, help=", ".join(SERVICES))]
Cause = Annotated[str | None, typer.Option(help=say("help.cause"))]


async def groups_of(bus: Bus, service: str) -> tuple[DeadLetterGroup, ...]:
    found = await bus.ask(ListDeadLetters(), OPERATOR, UNKNOWN, DeadLetters, service=service)
    return found.groups


@app.command("list", help=say("help.dead_list"))
@run
async def list_dead(
    service: Annotated[str | None, typer.Argument(callback=known_service, help=", ".join(SERVICES))] = None,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    async with session(OPERATOR, bus, home) as asking:
        found = {one: await groups_of(asking, one) for one in ([service] if service else SERVICES)}
    if as_json:
        data(found)
        return 0
    rows = [
        (one, group.durable, group.cause, group.count, str(group.example.get("reason") or "")[:200])
        for one, groups in found.items()
        for group in groups
    ]
    if rows:
        table(None, [say(f"dead.{head}") for head in ("service", "durable", "cause", "count", "reason")], rows)
    else:
        talk("dead.none")
    return 0


async def _letters(bus: Bus, service: str, cause: str | None) -> list[DeadLetterGroup]:
    return [group for group in await groups_of(bus, service) if cause is None or group.cause == cause]


@app.command("replay", help=say("help.dead_replay"))
@run
async def replay(service: Service, cause: Cause = None, bus: BusOption = None, home: HomeOption = None) -> int:
    async with session(OPERATOR, bus, home) as asking:
        groups = await _letters(asking, service, cause)
        done = 0
        for group in groups:
            command = ReplayDeadLetters(ids=group.ids)
            done += (await asking.ask(command, OPERATOR, UNKNOWN, Done, service=service, timeout=60)).changed
    waiting = sum(group.count for group in groups) - done
    talk("dead.replayed", done=done, waiting=waiting)
    return 1 if waiting else 0


@app.command("discard", help=say("help.dead_discard"))
@run
async def discard(
    service: Service,
    reason: Annotated[str, typer.Option(help=said_of(DiscardDeadLetters, "reason"))],
    cause: Cause = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    async with session(OPERATOR, bus, home) as asking:
        done = 0
        for group in await _letters(asking, service, cause):
            command = DiscardDeadLetters(ids=group.ids, reason=reason)
            done += (await asking.ask(command, OPERATOR, UNKNOWN, Done, service=service)).changed
    talk("dead.discarded", done=done)
    return 0
