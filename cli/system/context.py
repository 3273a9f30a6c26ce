"""`linzhang context`: buses that are not on this machine, each under a name, as docker and nats have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli import contexts
from cli.reach import credentials_in, servers_in, vouching
from cli.say import data, line, say, table, talk
from cli.session import JsonOption, run
from deploy.local.private import make_private, write_private

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(callback=contexts.named, help="a-z 0-9 _ -")]


@app.command("add", help=say("help.context_add"))
@run
async def add(
    name: Name,
    bus: Annotated[str, typer.Option("--bus", help=say("help.context_bus"))],
    credentials: Annotated[list[Path], typer.Option("--credentials", help=say("help.context_credentials"))],
    ca: Annotated[Path | None, typer.Option("--ca", help=say("help.context_ca"))] = None,
) -> int:
    servers, logins = servers_in(bus, "--bus")
    if logins:
        raise typer.BadParameter(say("context.user_in_address"), param_hint="--bus")
    for file in credentials:
        credentials_in(file, "--credentials")
    vouching(ca, servers, "--ca")
    told = {
        "bus": ",".join(servers),
        "credentials": [str(file.resolve()) for file in credentials],
        "ca": str(ca.resolve()) if ca else None,
    }
    for folder in (contexts.folder(), contexts.folder() / "contexts"):
        make_private(folder)
    write_private(contexts.file_of(name), json.dumps(told, ensure_ascii=False, indent=2))
    if contexts.current() is None:
        write_private(contexts.folder() / "context", name)
    talk("context.kept", name=name)
    return 0


@app.command("list", help=say("help.context_list"))
@run
async def list_contexts(as_json: JsonOption = False) -> int:
    current = contexts.current()
    rows = [(name, contexts.read(name)["bus"], name == current) for name in contexts.known()]
    if as_json:
        data([dict(zip(("name", "bus", "in_use"), row, strict=True)) for row in rows])
    else:
        heads = [say(f"context.{head}") for head in ("name", "bus", "in_use")]
        table(None, heads, [(name, bus, "*" if used else "") for name, bus, used in rows])
    return 0


@app.command("show", help=say("help.context_show"))
@run
async def show(name: Name, as_json: JsonOption = False) -> int:
    told = contexts.read(name)
    if as_json:
        data(told)
    else:
        for key, value in told.items():
            line(f"{key}: {', '.join(value) if isinstance(value, list) else value or '-'}")
    return 0


@app.command("use", help=say("help.context_use"))
@run
async def use(name: Annotated[str, typer.Argument(help=say("help.context_which"))] = "") -> int:
    if not name:
        (contexts.folder() / "context").unlink(missing_ok=True)
        talk("context.none")
        return 0
    contexts.read(contexts.named(name))
    write_private(contexts.folder() / "context", name)
    talk("context.used", name=name)
    return 0


@app.command("remove", help=say("help.context_remove"))
@run
async def remove(name: Name) -> int:
    contexts.read(name)
    contexts.file_of(name).unlink()
    if contexts.current() == name:
        (contexts.folder() / "context").unlink(missing_ok=True)
    talk("context.removed", name=name)
    return 0
