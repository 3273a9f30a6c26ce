"""`linzhang up` and `linzhang demo`: run the whole system on this machine."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.say import Lines, say, shown, talk
from cli.session import DESK, HomeOption, home_at, run
from clients.python.together import side_by_side
from contracts.wiring.streams import STORE_LEAST_MIB, STORE_MIB
from deploy.local.bus import BusFailed
from deploy.local.comeback import DatabaseGone
from deploy.local.postgres import PostgresFailed
from deploy.local.processes import StillRuns
from deploy.local.replicas import ServiceFailed
from deploy.local.stack import AlreadyRunning, Stack, WrongSettings
from deploy.nats.provision import WouldLoseData
from deploy.nats.users import Integrator

_COLOURS = {
    "nats": "blue",
    "postgres": "blue",
    "roster": "cyan",
    "patrol": "green",
    "cases": "yellow",
    "targets": "magenta",
    "notify": "red",
}
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FAILURES = (BusFailed, DatabaseGone, PostgresFailed, ServiceFailed, StillRuns, WouldLoseData)
_SYNC = re.compile(r"always|([0-9]+(\.[0-9]+)?(ms|s|m|h))+")


def _sync(stated: str) -> str:
    if not _SYNC.fullmatch(stated):
        raise typer.BadParameter(say("up.sync", stated=stated))
    return stated


def one_log(console: Console) -> Callable[[str, str], None]:
    """Every line of every part, with its name in front."""

    def log(part: str, line: str) -> None:
        console.print(Text(f"{part:>9} │ ", style=_COLOURS.get(part, "bold")) + Text(shown(line)), soft_wrap=True)

    return log


@run
async def up(
    home: HomeOption = None,
    sync: Annotated[str, typer.Option(envvar="LINZHANG_SYNC", callback=_sync, help=say("help.sync"))] = "always",
    store_mib: Annotated[
        int, typer.Option("--store-mib", envvar="LINZHANG_STORE_MIB", min=STORE_LEAST_MIB, help=say("help.store"))
    ] = STORE_MIB,
    archive: Annotated[
        Path | None, typer.Option("--archive", envvar="LINZHANG_ARCHIVE", help=say("help.archive"))
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help=say("help.sample"))] = False,
) -> int:
    """Start both servers and the five services, and stay until interrupted."""
    at = home_at(home)
    at.make()
    if not at.users_file.path.exists():
        at.users_file.write((Integrator(DESK),))
    if sample:
        # Not above: the libraries of maps take a while to load, and no other command needs them.
        from demo.load import load_sample, state_sample

        state_sample(at)
    stack = Stack(at, one_log(Console(stderr=True)), sync=sync, store_mib=store_mib, archive=archive)
    try:
        started = await stack.start()
    except AlreadyRunning:
        talk("up.already", home=at.path)
        return 1
    except WrongSettings as wrong:
        talk("up.wrong_settings", reason=Lines(wrong))
        return 2
    except FAILURES as failed:
        talk("up.failed", reason=Lines(failed))
        return 1
    try:
        if sample:
            await load_sample(started)
        talk("up.ready", home=at.path, port=started.nats_port)
        await _until_told(stack)
        talk("up.stopping")
    except FAILURES as failed:
        talk("up.gave_up", reason=Lines(failed))
        return 1
    finally:
        await stack.stop()
    return 0


async def _until_told(stack: Stack) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for stop in STOPS:
        # What was started to outlive its terminal does.
        if signal.getsignal(stop) is not signal.SIG_IGN:
            loop.add_signal_handler(stop, told.set)
    here = asyncio.current_task()
    if here is not None and here.cancelling():
        # It was told during the start, in a wait that forgot it (clients/python/together.py).
        told.set()
    await side_by_side(stack.watch(), told.wait())


@run
async def demo(
    reports: Annotated[int, typer.Option(min=50, max=20_000, help=say("help.demo_reports"))] = 500,
    seed: int = 2020,
    keep: Annotated[bool, typer.Option("--keep", help=say("help.demo_keep"))] = False,
    plant: Annotated[str | None, typer.Option(help=say("help.demo_plant"))] = None,
) -> int:
    """Play the main job on real input, from reports to closed cases, and check the books."""
    from demo.books.plants import PLANTS
    from demo.play import play

    if plant is not None and plant not in PLANTS:
        raise typer.BadParameter(say("demo.no_such_plant", known=", ".join(PLANTS)))

    try:
        out = Console(width=None if sys.stdout.isatty() else 160)
        return await play(reports=reports, seed=seed, keep=keep, out=out, err=Console(stderr=True), plant=plant)
    except WrongSettings as wrong:
        talk("up.wrong_settings", reason=Lines(wrong))
        return 2
    except FAILURES as failed:
        talk("up.failed", reason=Lines(failed))
        return 1
