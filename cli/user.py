"""`linzhang user`: who outside the services may come to the bus of the embedded system."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

import typer

from cli.region import division_of
from cli.say import data, line, say, table, talk
from cli.session import HomeOption, JsonOption, home_at, run
from deploy.local.home import FACTS_BY_NAME, Home
from deploy.nats.accounts import RESERVED, Department, Integrator, Official, Outsider

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
Division = Annotated[str, typer.Option(help=say("help.region"))]
TAKEN_UP_WITHIN_S = 10.0


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
    return Department(old.name, tuple(dict.fromkeys((*old.facts, *new.facts))), old.division)


async def _state(home: Home, new: Outsider) -> int:
    """Write the user down, and wait until a running system has taken it up."""
    home.path.mkdir(parents=True, exist_ok=True)
    before = home.outsiders()
    new = _joined(next((one for one in before if one.name == new.name), None), new)
    if new not in before:
        home.state_outsiders((*(one for one in before if one.name != new.name), new))
    for _ in range(int(TAKEN_UP_WITHIN_S / 0.1)):
        run = home.running()
        if run is None:
            talk("user.stated", name=new.name)
            return 0
        if run.users_at >= home.users_at() and new.name in run.passwords:
            line(run.url(new.name))
            return 0
        await asyncio.sleep(0.1)
    talk("user.not_taken_up", name=new.name)
    return 1


@add.command("integrator", help=say("help.user_integrator"))
@run
async def integrator(name: Name, home: HomeOption = None) -> int:
    return await _state(home_at(home), Integrator(name))


@add.command("department", help=say("help.user_department"))
@run
async def department(
    name: Name,
    fact: Annotated[list[str], typer.Option(help=say("help.user_fact"))],
    region: Division = "",
    home: HomeOption = None,
) -> int:
    unknown = [one for one in fact if one not in FACTS_BY_NAME]
    if unknown:
        raise typer.BadParameter(say("user.no_such_fact", facts=", ".join(unknown), known=", ".join(FACTS_BY_NAME)))
    facts = tuple(FACTS_BY_NAME[one] for one in fact)
    return await _state(home_at(home), Department(name, facts, division_of(region)))


@add.command("official", help=say("help.user_official"))
@run
async def official(name: Name, region: Division, home: HomeOption = None) -> int:
    return await _state(home_at(home), Official(name, division_of(region)))


@app.command("list", help=say("help.user_list"))
@run
async def list_users(as_json: JsonOption = False, home: HomeOption = None) -> int:
    at = home_at(home)
    run = at.running()
    rows = []
    for one in at.outsiders():
        url = run.url(one.name) if run is not None and one.name in run.passwords else ""
        kind = type(one).__name__.lower()
        region = "" if isinstance(one, Integrator) else one.division
        durables = " ".join(d.name for d in one.durables()) if isinstance(one, Department) else ""
        rows.append((one.name, kind, region, durables, url))
    if as_json:
        data([dict(zip(("name", "kind", "region", "durables", "url"), row, strict=True)) for row in rows])
    else:
        table(None, [say(f"user.{head}") for head in ("name", "kind", "region", "durables", "url")], rows)
    return 0
