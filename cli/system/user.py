"""`linzhang user`: who outside the services may come to the bus of the embedded system."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from cli.say import data, either, line, say, table, talk
from cli.session import HomeOption, JsonOption, home_at, run
from cli.system.credentials import Format, credentials, written
from cli.system.user_region import region_that_exists
from clients.python.refused import BusError
from contracts.wiring.table import SERVICES
from deploy.local.home import Home, running_homes
from deploy.local.private import write_private
from deploy.nats.accounts import RESERVED
from deploy.nats.users import Department, Integrator, Official, Outsider
from deploy.nats.users_file import FACTS_BY_NAME

app = typer.Typer(no_args_is_help=True)
add = typer.Typer(no_args_is_help=True)
app.add_typer(add, name="add", help=say("help.user_add"))


def _name(stated: str) -> str:
    if not _TOKEN.fullmatch(stated):
        raise typer.BadParameter(say("user.bad_name", name=stated))
    if stated in RESERVED:
        raise typer.BadParameter(say("user.reserved", name=stated))
    return stated


_TOKEN = re.compile("[a-z0-9_-]{1,64}")
Name = Annotated[str, typer.Argument(callback=_name, help="a-z 0-9 _ -")]
Region = Annotated[str, typer.Option("--region", help=say("help.region"))]
FormatOption = Annotated[Format, typer.Option("--format", help=say("help.user_format"))]
OutOption = Annotated[Path | None, typer.Option("--out", help=say("help.user_out"))]
TAKEN_UP_WITHIN_S = 30.0
LOOK_EVERY_S = 0.1


class NoSystem(BusError):
    key = "user.no_system"
    exit_code = 3


def _home(stated: Path | None) -> Home:
    """The home of a system that was started here once. Raises NoSystem, saying where one runs instead."""
    home = home_at(stated)
    if home.running() is None:
        elsewhere = [one for one in running_homes() if one != home.path.resolve()]
        known = home.users_file.path.exists()
        if not known or (stated is None and elsewhere):
            where = say("user.runs_elsewhere", homes=", ".join(map(str, elsewhere))) if elsewhere else ""
            raise NoSystem(reason=say("bus.not_running", home=home.path) + where)
    return home


def _joined(old: Outsider | None, new: Outsider) -> Outsider:
    """What a name stands for when it is added again: a department hears more, and nobody turns into somebody else."""
    if old is None:
        return new
    if type(old) is not type(new):
        raise typer.BadParameter(say("user.other_kind", name=old.name, kind=say(f"user.{type(old).__name__.lower()}")))
    if not isinstance(old, Department) or not isinstance(new, Department):
        return new
    if old.division != new.division:
        raise typer.BadParameter(say("user.other_region", name=old.name, region=old.division))
    facts, services = dict.fromkeys((*old.facts, *new.facts)), dict.fromkeys((*old.all_of, *new.all_of))
    return Department(old.name, tuple(facts), old.division, tuple(services))


async def _state(home: Home, new: Outsider, form: Format, out: Path | None) -> int:
    """Write the user down, and wait until a running system has taken it up."""
    file = home.users_file
    with file.alone():
        before = file.stated().outsiders
        new = _joined(next((one for one in before if one.name == new.name), None), new)
        if new not in before:
            file.put(new)
    if not await _taken_up(home):
        talk("user.not_taken_up", name=new.name)
        return 1
    running = home.running()
    if running is None:
        talk("user.stated", name=new.name)
        return 0
    if new.name not in running.passwords:
        for wrong in running.left_out:
            talk("user.left_out", wrong=wrong)
        return 1
    _give(written(credentials(running, new), form), out)
    return 0


async def _taken_up(home: Home) -> bool:
    """Wait until the system that runs here, if one does, has taken up what is written down."""
    for _ in range(int(TAKEN_UP_WITHIN_S / LOOK_EVERY_S)):
        running = home.running()
        if running is None or running.users_at >= home.users_file.changed_at():
            return True
        await asyncio.sleep(LOOK_EVERY_S)
    return False


def _give(text: str, out: Path | None) -> None:
    """To a file for its owner alone, else to stdout."""
    if out is None:
        for one in text.splitlines():
            line(one)
    else:
        write_private(out, text + "\n")
        talk("user.kept", file=out)


@add.command("integrator", help=say("help.user_integrator"))
@run
async def integrator(
    name: Name, form: FormatOption = Format.ADDRESS, out: OutOption = None, home: HomeOption = None
) -> int:
    return await _state(_home(home), Integrator(name), form, out)


@add.command("department", help=say("help.user_department"))
@run
async def department(
    name: Name,
    fact: Annotated[list[str] | None, typer.Option(help=say("help.user_fact"))] = None,
    all_of: Annotated[list[str] | None, typer.Option(help=say("help.user_all_of"))] = None,
    region: Region = "",
    form: FormatOption = Format.ADDRESS,
    out: OutOption = None,
    home: HomeOption = None,
) -> int:
    fact, services = fact or [], tuple(dict.fromkeys(all_of or []))
    if not fact and not services:
        raise typer.BadParameter(say("user.hears_nothing"))
    if strange := [one for one in services if one not in SERVICES]:
        raise typer.BadParameter(say("user.no_such_service", services=", ".join(strange), known=", ".join(SERVICES)))
    unknown = [one for one in fact if one not in FACTS_BY_NAME]
    if unknown:
        raise typer.BadParameter(say("user.no_such_fact", facts=", ".join(unknown), known=", ".join(FACTS_BY_NAME)))
    at = _home(home)
    facts = tuple(FACTS_BY_NAME[one] for one in dict.fromkeys(fact))
    return await _state(at, Department(name, facts, await region_that_exists(region, at), services), form, out)


@add.command("official", help=say("help.user_official"))
@run
async def official(
    name: Name, region: Region, form: FormatOption = Format.ADDRESS, out: OutOption = None, home: HomeOption = None
) -> int:
    at = _home(home)
    return await _state(at, Official(name, await region_that_exists(region, at)), form, out)


@app.command("show", help=say("help.user_show"))
@run
async def show(name: Name, form: FormatOption = Format.ADDRESS, out: OutOption = None, home: HomeOption = None) -> int:
    at = _home(home)
    running = at.running()
    if running is None:
        raise NoSystem(reason=say("bus.not_running", home=at.path))
    found = next((one for one in at.outsiders() if one.name == name), None)
    if found is None or name not in running.passwords:
        raise typer.BadParameter(say("bus.unknown_user", user=name))
    _give(written(credentials(running, found), form), out)
    return 0


@app.command("remove", help=say("help.user_remove"))
@run
async def remove(name: Name, home: HomeOption = None) -> int:
    at = _home(home)
    if name not in at.users_file.stated().names:
        raise typer.BadParameter(say("bus.unknown_user", user=name))
    at.users_file.remove(name)
    if not await _taken_up(at):
        talk("user.not_taken_up", name=name)
        return 1
    talk("user.removed", name=name)
    return 0


@app.command("list", help=say("help.user_list"))
@run
async def list_users(as_json: JsonOption = False, home: HomeOption = None) -> int:
    at = home_at(home)
    rows = []
    for one in at.outsiders():
        kind = type(one).__name__.lower()
        region = "" if isinstance(one, Integrator) else one.division
        durables = " ".join(d.name for d in one.durables()) if isinstance(one, Department) else ""
        rows.append((one.name, kind, region, durables))
    heads = ("name", "kind", "region", "durables")
    if as_json:
        data([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        said = [(name, either(f"{say(f'user.{kind}')}（{kind}）", kind), *more) for name, kind, *more in rows]
        table(None, [say(f"user.{head}") for head in heads], said)
    running = at.running()
    for wrong in running.left_out if running else at.users_file.stated().wrong:
        talk("user.left_out", wrong=wrong)
    return 0
