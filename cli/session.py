"""How a command comes to the bus: by the address it is given, else by the system that runs here."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError

from cli import contexts
from cli.given_file import why
from cli.reach import Reach, credentials_in, name_of, servers_in, vouching
from cli.rules import error_said, field_and_rule, rule_said, said, say_wrong
from cli.say import say, talk, talk_line, texts, word
from clients.python.bus import Bus, connected
from clients.python.refused import BusError, Refused, Unreachable
from contracts.language.command import ProblemReply
from contracts.language.message import Command
from deploy.local.home import Home, default_home
from deploy.nats.accounts import RESERVED
from deploy.nats.users_file import HomeRefused

P = ParamSpec("P")


CA_VARIABLE = "LINZHANG_CA_FILE"


def _stated(context: typer.Context, parameter: typer.CallbackParam, stated: str | None) -> Reach | None:
    """An address, a file, or a context; a password stands in no argument. None for the system that runs here."""
    if stated is None:
        return contexts.chosen(context.find_root().params.get("context"), context.params.get("home") is not None)
    if ":" not in stated:
        told = credentials_in(Path(stated), "--bus")
        servers, _ = servers_in(told["url"], "--bus")
        return Reach(servers, {told["user"]: told["password"]}, _stated_ca(servers))
    servers, logins = servers_in(stated, "--bus")
    source = context.get_parameter_source(parameter.name or "")
    if source and source.name == "COMMANDLINE" and any(urlsplit(one).password for one in stated.split(",")):
        raise typer.BadParameter(say("bus.password_in_argument"), param_hint="--bus")
    return Reach(servers, logins, _stated_ca(servers))


def _stated_ca(servers: tuple[str, ...]) -> Path | None:
    stated = os.environ.get(CA_VARIABLE)
    return vouching(Path(stated) if stated else None, servers, CA_VARIABLE)


BusOption = Annotated[
    Reach | None,
    typer.Option("--bus", envvar="LINZHANG_BUS", parser=str, metavar="TEXT", callback=_stated, help=say("help.bus")),
]
As = Annotated[str, typer.Option("--as", help=say("help.actor"))]
SourceOption = Annotated[str | None, typer.Option("--as", help=say("help.source"))]
JsonOption = Annotated[bool, typer.Option("--json", help=say("help.json"))]
HomeOption = Annotated[
    Path | None, typer.Option("--home", envvar="LINZHANG_HOME", is_eager=True, help=say("help.home"))
]

_TOKEN = re.compile(r"[a-z0-9_-]{1,64}")
INSIDE = ("reader", "provisioner", "demo")


DESK = "desk"
"""Who posts what an operator reports by hand."""


def source_of(stated: str | None, bus: Reach | None) -> str:
    """Who posts: who is named, else whose credentials are given, else the desk."""
    known = [name_of(login) for login in bus.logins] if bus is not None else []
    return stated or next((name for name in known if name not in RESERVED), DESK)


def home_at(path: Path | None) -> Home:
    return Home(path or default_home())


def session(user: str, bus: Reach | None, home: Path | None = None) -> AbstractAsyncContextManager[Bus]:
    """A connection as `user`, or as whom the bus is reached as. Raises Unreachable."""
    if bus is not None:
        login = bus.login(user)
        urls, ca_file = bus.urls(login), bus.ca_file
        user = name_of(login) if login is not None else user
    elif (run := home_at(home).running()) is None:
        raise Unreachable(user=user, reason=say("bus.not_running", home=home_at(home).path))
    elif user not in run.passwords:
        raise Unreachable(user=user, reason=say("bus.unknown_user", user=user))
    else:
        urls, ca_file = [run.url(user)], None
    if not _TOKEN.fullmatch(user):
        raise typer.BadParameter(say("bus.bad_user"), param_hint="--as")
    return connected(urls, user, api_prefix="$JS.API" if user in INSIDE else "FOREST.API", ca_file=ca_file)


INTERRUPTED = 130


def run(command: Callable[P, Coroutine[Any, Any, int | None]]) -> Callable[P, None]:
    """Turn a coroutine into a command whose errors are said in one line each; its result is the exit status."""

    @wraps(command)
    def runs(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            status = asyncio.run(_until_told_to_stop(command(*args, **kwargs)))
        except Refused as refused:
            say_problem(refused.problem, refused.command)
            raise SystemExit(refused.exit_code) from None
        except BusError as error:
            reason = say(error.about["why"]) if "why" in error.about else ""
            talk(error.key, **{"reason": reason, **error.about})
            raise SystemExit(error.exit_code) from None
        except HomeRefused as refused:
            talk_line(str(refused))
            raise SystemExit(2) from None
        except ValidationError as error:
            # A command that its own contract forbids never reaches the bus.
            say_wrong(*map(field_and_rule, error.errors()))
            raise SystemExit(2) from None
        except OSError as error:
            talk_line(why(error))
            raise SystemExit(2) from None
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None
        raise SystemExit(status or 0)

    return runs


async def _until_told_to_stop(work: Coroutine[Any, Any, int | None]) -> int | None:
    """A closed terminal or a plain kill ends what was started, as Ctrl-C does: between two steps, not within one."""
    loop, here = asyncio.get_running_loop(), asyncio.current_task()
    assert here is not None
    told = False

    def stop() -> None:
        nonlocal told
        if not told:
            here.cancel()
        told = True

    for signals in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(signals) is signal.SIG_DFL:
            loop.add_signal_handler(signals, stop)
    try:
        return await work
    except asyncio.CancelledError:
        if told:
            return INTERRUPTED
        raise


def say_problem(problem: ProblemReply, about: type[Command] | None = None) -> None:
    """What was refused of a command: its kind in the language chosen, and what the service said of it."""
    kind = problem.type.rpartition(":")[2]
    known = f"problem.{kind}"
    title = say(known) if known in texts("en") else problem.title
    talk("bus.refused", status=problem.status, kind=kind, title=title)
    if problem.code is not None or not problem.errors:
        talk_line(f"  {rule_said(problem.detail, problem.code, problem.figures)}")
    for error in problem.errors:
        talk_line(f"  {said(*error_said(error), about)}")
    if problem.state is not None:
        moves = "、".join(word("move", move).replace("_", "-") for move in problem.moves_allowed or ())
        talk("bus.state", state=word("state", problem.state), moves=moves or "-")
