"""`linzhang user`: who outside the services may come to the bus."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from cli.reach import Reach
from cli.say import data, either, line, say, table, talk
from cli.session import BusOption, HomeOption, JsonOption, run
from cli.system.credentials import Format, credentials, written
from cli.system.user_door import NoSystem, have_done, home_of_users, kept, running_here, users_shown
from cli.system.user_region import stated_division
from contracts.access import (
    BusUser,
    ChangeUser,
    PutUser,
    RemoveUser,
    RetireUser,
    RotateUser,
    UserKind,
    UserShown,
)
from contracts.language.division import UNKNOWN, Division
from contracts.wiring.table import SERVICES
from deploy.local.private import write_private
from deploy.nats.accounts import RESERVED
from deploy.nats.users import hashed, new_password
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


def _facts(stated: list[str] | None) -> list[str]:
    if unknown := [one for one in stated or () if one not in FACTS_BY_NAME]:
        raise typer.BadParameter(say("user.no_such_fact", facts=", ".join(unknown), known=", ".join(FACTS_BY_NAME)))
    return list(dict.fromkeys(stated or ()))


def _services(stated: list[str] | None) -> list[str]:
    if strange := [one for one in stated or () if one not in SERVICES]:
        raise typer.BadParameter(say("user.no_such_service", services=", ".join(strange), known=", ".join(SERVICES)))
    return list(dict.fromkeys(stated or ()))


_TOKEN = re.compile("[a-z0-9_-]{1,64}")
Name = Annotated[str, typer.Argument(callback=_name, help="a-z 0-9 _ -")]
Region = Annotated[str, typer.Option("--region", help=say("help.region"))]
Facts = Annotated[list[str] | None, typer.Option("--fact", callback=_facts, help=say("help.user_fact"))]
AllOf = Annotated[list[str] | None, typer.Option("--all-of", callback=_services, help=say("help.user_all_of"))]
FormatOption = Annotated[Format, typer.Option("--format", help=say("help.user_format"))]
OutOption = Annotated[Path | None, typer.Option("--out", help=say("help.user_out"))]


async def _put(user: BusUser, form: Format, out: Path | None, bus: Reach | None, home: Path | None) -> int:
    """An embedded system makes the password and can show it again; else it is made here, and shown once."""
    _check(out)
    password = new_password() if bus is not None else None
    added = await kept(PutUser(user=user, hash=hashed(password) if password else None), bus, home)
    if password is not None and added.login is None:
        talk("user.keeps_password", name=user.name)
        return 0
    return _say_credentials(added.shown, added.login, password, form, out, bus, home)


def _say_credentials(
    shown: UserShown,
    login: str | None,
    password: str | None,
    form: Format,
    out: Path | None,
    bus: Reach | None,
    home: Path | None,
) -> int:
    """What a client needs: with the password made here, else with the one that the running system keeps."""
    running = running_here(bus, home)
    if running is None and bus is None:
        talk("user.stated", name=shown.user.name)
        if password is None:
            return 0
    if password is None and running is not None:
        login = next((one for one in shown.logins if one in running.passwords), None)
        password = running.passwords[login] if login else None
    if login is None or password is None:
        talk("user.password_not_kept", name=shown.user.name)
        return 1
    server = bus.servers[0] if bus else f"nats://127.0.0.1:{running.nats_port if running else 4222}"
    text = written(credentials(server, shown, login, password, bus.ca_file if bus else None), form)
    if out is None:
        for one in text.splitlines():
            line(one)
    else:
        write_private(out, text + "\n")
        talk("user.kept", file=out)
    return 0


def _check(out: Path | None) -> None:
    """A password is shown once: it is not made for a file that cannot be written. Raises OSError."""
    if out is not None and not os.access(out.parent, os.W_OK):
        raise PermissionError(13, "", str(out)) if out.parent.is_dir() else FileNotFoundError(2, "", str(out))


@add.command("integrator", help=say("help.user_integrator"))
@run
async def integrator(
    name: Name,
    form: FormatOption = Format.ADDRESS,
    out: OutOption = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    return await _put(BusUser(name=name, kind=UserKind.INTEGRATOR), form, out, bus, home)


@add.command("department", help=say("help.user_department"))
@run
async def department(
    name: Name,
    fact: Facts = None,
    all_of: AllOf = None,
    region: Region = "",
    form: FormatOption = Format.ADDRESS,
    out: OutOption = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    if not fact and not all_of:
        raise typer.BadParameter(say("user.hears_nothing"))
    user = BusUser(
        name=name,
        kind=UserKind.DEPARTMENT,
        division=stated_division(region) if region else UNKNOWN,
        facts=tuple(fact or ()),
        all_of=tuple(all_of or ()),
    )
    return await _put(user, form, out, bus, home)


@add.command("official", help=say("help.user_official"))
@run
async def official(
    name: Name,
    region: Region,
    form: FormatOption = Format.ADDRESS,
    out: OutOption = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    division = stated_division(region) if region else UNKNOWN
    return await _put(BusUser(name=name, kind=UserKind.OFFICIAL, division=division), form, out, bus, home)


@app.command("change", help=say("help.user_change"))
@run
async def change(
    name: Name,
    region: Annotated[str | None, typer.Option("--region", help=say("help.region"))] = None,
    fact: Facts = None,
    all_of: AllOf = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """What is not named stays; facts and services that are named are all that is heard from then on."""
    division: Division | None = None if region is None else stated_division(region) if region else UNKNOWN
    anew = (tuple(fact or ()), tuple(all_of or ())) if fact or all_of else (None, None)
    if division is None and anew == (None, None):
        raise typer.BadParameter(say("user.changes_nothing"))
    await kept(ChangeUser(user=name, division=division, facts=anew[0], all_of=anew[1]), bus, home)
    talk("user.changed", name=name)
    return 0


@app.command("rotate", help=say("help.user_rotate"))
@run
async def rotate(
    name: Name,
    form: FormatOption = Format.ADDRESS,
    out: OutOption = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """A second password, shown once; the older goes on until it is retired."""
    _check(out)
    password = new_password()
    second = await kept(RotateUser(user=name, hash=hashed(password)), bus, home)
    status = _say_credentials(second.shown, second.login, password, form, out, bus, home)
    talk("user.rotated", name=name, old=second.shown.logins[0], new=second.login)
    return status


@app.command("retire", help=say("help.user_retire"))
@run
async def retire(
    name: Name,
    login: Annotated[str | None, typer.Option("--login", help=say("help.user_login"))] = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    left = await kept(RetireUser(user=name, login=login), bus, home)
    talk("user.retired", name=name, login=", ".join(left.shown.logins))
    return 0


@app.command("show", help=say("help.user_show"))
@run
async def show(
    name: Name,
    form: FormatOption = Format.ADDRESS,
    out: OutOption = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    if bus is None and (at := home_of_users(home)).running() is None:
        raise NoSystem(reason=say("bus.not_running", home=at.path))
    users = (await users_shown(bus, home)).users
    found = next((one for one in users if one.user.name == name), None)
    if found is None:
        raise typer.BadParameter(say("bus.unknown_user", user=name))
    return _say_credentials(found, None, None, form, out, bus, home)


@app.command("remove", help=say("help.user_remove"))
@run
async def remove(name: Name, bus: BusOption = None, home: HomeOption = None) -> int:
    await have_done(RemoveUser(user=name), bus, home)
    talk("user.removed", name=name)
    return 0


@app.command("list", help=say("help.user_list"))
@run
async def list_users(as_json: JsonOption = False, bus: BusOption = None, home: HomeOption = None) -> int:
    found = await users_shown(bus, home)
    rows = [
        (
            one.user.name,
            one.user.kind.value,
            "" if one.user.kind is UserKind.INTEGRATOR else one.user.division,
            " ".join(d.durable for d in one.durables) if one.user.kind is UserKind.DEPARTMENT else "",
            " ".join(one.logins),
        )
        for one in found.users
    ]
    heads = ("name", "kind", "region", "durables", "logins")
    if as_json:
        data([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        said = [(name, either(f"{say(f'user.{kind}')}（{kind}）", kind), *more) for name, kind, *more in rows]
        table(None, [say(f"user.{head}") for head in heads], said)
    for wrong in found.left_out:
        talk("user.left_out", wrong=wrong)
    return 0
