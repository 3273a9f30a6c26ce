"""How a command comes to the bus: by the address it is given, else by the system that runs here."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError

from cli.bus import Bus, BusError, Refused, Unreachable, connected
from cli.say import said_state, say, talk
from contracts.event import describe
from deploy.local.home import Home, HomeRefused, default_home

P = ParamSpec("P")

BusOption = Annotated[str | None, typer.Option("--bus", envvar="LINZHANG_BUS", help=say("help.bus"))]
JsonOption = Annotated[bool, typer.Option("--json", help=say("help.json"))]
HomeOption = Annotated[Path | None, typer.Option("--home", envvar="LINZHANG_HOME", help=say("help.home"))]

INSIDE = ("reader", "provisioner", "demo")


def home_at(path: Path | None) -> Home:
    return Home(path or default_home())


def session(user: str, bus: str | None, home: Path | None = None) -> AbstractAsyncContextManager[Bus]:
    """A connection as `user`, or as the user in the address given. Raises Unreachable."""
    if bus is not None:
        if not bus.startswith(("nats://", "tls://")):
            raise typer.BadParameter(say("bus.no_address", bus=bus), param_hint="--bus")
        user = urlsplit(bus).username or user
        url = bus
    else:
        run = home_at(home).running()
        if run is None:
            raise Unreachable(user=user, reason=say("bus.not_running", home=home_at(home).path))
        if user not in run.passwords:
            raise Unreachable(user=user, reason=say("bus.unknown_user", user=user))
        url = run.url(user)
    return connected(url, user, api_prefix="$JS.API" if user in INSIDE else "FOREST.API")


def run(command: Callable[P, Coroutine[Any, Any, int | None]]) -> Callable[P, None]:
    """Turn a coroutine into a command whose errors are said in one line each; its result is the exit status."""

    @wraps(command)
    def runs(*args: P.args, **kwargs: P.kwargs) -> None:
        _stop_as_ctrl_c_does()
        try:
            status = asyncio.run(command(*args, **kwargs))
        except Refused as refused:
            _say_problem(refused)
            raise SystemExit(refused.exit_code) from None
        except BusError as error:
            about = {"reason": "", **error.about}
            talk(error.key, **about)
            raise SystemExit(error.exit_code) from None
        except HomeRefused as refused:
            print(refused, file=sys.stderr)
            raise SystemExit(2) from None
        except ValidationError as error:
            # A command that its own contract forbids never reaches the bus.
            for wrong in map(describe, error.errors()):
                print(f"{wrong['field']}: {wrong['rule']}", file=sys.stderr)
            raise SystemExit(2) from None
        except OSError as error:
            print(f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "), file=sys.stderr)
            raise SystemExit(2) from None
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        raise SystemExit(status or 0)

    return runs


def _stop_as_ctrl_c_does() -> None:
    """A closed terminal or a plain kill ends what was started, as Ctrl-C does."""
    for signals in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(signals) is signal.SIG_DFL:
            signal.signal(signals, signal.default_int_handler)


def _say_problem(refused: Refused) -> None:
    problem = refused.problem
    talk("bus.refused", status=problem.status, title=problem.title, detail=problem.detail)
    for error in problem.errors:
        print(f"  {error.get('field')}: {error.get('rule')}", file=sys.stderr)
    if problem.state is not None:
        moves = "、".join(move.replace("_", "-") for move in problem.moves_allowed or ())
        talk("bus.state", state=said_state(problem.state), moves=moves or "-")
