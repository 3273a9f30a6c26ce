"""The way to whoever keeps the users: its provisioner over the bus, or the file of a system that does not run."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from pydantic import BaseModel

from cli.reach import Reach
from cli.say import say, talk
from cli.session import home_at, session
from clients.python.refused import BusError, NoAnswer, Refused, Unreachable
from contracts.access import ChangeUser, ListUsers, PutUser, RetireUser, RotateUser, UserKept, UsersShown
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.message import Command
from deploy.local.home import Home, Run, running_homes
from deploy.nats.answering import problem_of
from deploy.nats.user_changes import Ask, NotDone, answered, decide, shown, write_down

STARTS_WITHIN_S = 30.0
AGAIN_AFTER_S = 0.2


class NoSystem(BusError):
    key = "user.no_system"
    exit_code = 3


def home_of_users(stated: Path | None) -> Home:
    """The home of a system that was started here once. Raises NoSystem, saying where one runs instead."""
    home = home_at(stated)
    if home.running() is None:
        elsewhere = [one for one in running_homes() if one != home.path.resolve()]
        known = home.users_file.path.exists()
        if not known or (stated is None and elsewhere):
            where = say("user.runs_elsewhere", homes=", ".join(map(str, elsewhere))) if elsewhere else ""
            raise NoSystem(reason=say("bus.not_running", home=home.path) + where)
    return home


def running_here(bus: Reach | None, home: Path | None) -> Run | None:
    """The system that keeps passwords on this machine, if that is the one which is meant."""
    return home_at(home).running() if bus is None else None


async def have_done(ask: Ask, bus: Reach | None, home: Path | None) -> BaseModel:
    """What the provisioner answers; where nothing runs, it is written down. Raises Refused, NoSystem, BusError."""
    if bus is None and home_of_users(home).running() is None:
        return _written(ask, home_at(home))
    return await _asked(ask, bus, home)


async def kept(ask: PutUser | ChangeUser | RotateUser | RetireUser, bus: Reach | None, home: Path | None) -> UserKept:
    """The same of a user who is there from now on; a region in which nobody is enrolled yet is said."""
    found = await have_done(ask, bus, home)
    assert isinstance(found, UserKept)
    if not found.enrolled:
        talk("user.region_not_enrolled", region=found.shown.user.division)
    return found


async def _asked(ask: Command, bus: Reach | None, home: Path | None) -> BaseModel:
    """A system that has just been started here answers soon: what is asked twice is done once."""
    until = time.monotonic() + (STARTS_WITHIN_S if bus is None else 0)
    while True:
        try:
            async with session(OPERATOR, bus, home) as asking:
                return await asking.ask(ask, OPERATOR, UNKNOWN, type(ask).answer, timeout=30)
        except (NoAnswer, Unreachable):
            if time.monotonic() > until or home_at(home).running() is None:
                raise
        await asyncio.sleep(AGAIN_AFTER_S)


def _written(ask: Ask, home: Home) -> BaseModel:
    file = home.users_file
    try:
        with file.alone():
            change = decide(file.stated(), ask, makes_passwords=True)
            write_down(file, change, ask)
    except NotDone as refused:
        raise Refused(problem_of(refused), type(ask)) from None
    return answered(ask, change, enrolled=True)


async def users_shown(bus: Reach | None, home: Path | None) -> UsersShown:
    if bus is None and home_at(home).running() is None:
        stated = home_at(home).users_file.stated()
        return UsersShown(users=tuple(map(shown, stated.outsiders)), left_out=stated.wrong)
    found = await _asked(ListUsers(), bus, home)
    assert isinstance(found, UsersShown)
    return found
