"""What the provisioner does: streams, durables, and who from outside is served, as its file and the operator say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from nats.js import JetStreamContext
from pydantic import BaseModel

from clients.python.connection import Client, connect
from contracts.access import (
    PROVISIONER,
    ChangeUser,
    ListUsers,
    PutUser,
    RemoveUser,
    RetireUser,
    RotateUser,
    ShowStreams,
    UsersShown,
)
from contracts.language.division import UNKNOWN, Division
from contracts.language.message import Command
from contracts.language.rules import broken
from contracts.wiring.streams import STORE_MIB, STREAMS, Durable
from deploy.comeback.lost import Lost
from deploy.nats.durables import conflict, conflicts, forget_durables, move_durables, present_durables
from deploy.nats.provision import provision
from deploy.nats.regions import is_enrolled
from deploy.nats.streams_shown import streams_shown
from deploy.nats.trim import Trim
from deploy.nats.user_changes import Ask, NotDone, answered, decide, moves, shown, write_down
from deploy.nats.users import Integrator, Outsider, Users
from deploy.nats.users_file import UsersFile, forget_others


class Place(Protocol):
    """Where users are kept, and how a server comes to know them."""

    users_file: UsersFile
    users: Users
    lost: Lost

    def address(self) -> str:
        """Of the bus, as its provisioner."""

    async def take_up(self) -> str:
        """Tell the server whom `users` has: why it goes on as before, empty where it does not. Raises as `reload`."""

    def kept(self) -> None:
        """They have been taken up."""


@dataclass
class Provisioning:
    """`looked_at` and `taken_up_at` are when the file of users was changed that was read, and that is in force."""

    place: Place
    log: Callable[[str, str], None]
    replicas: int = 1
    store_mib: int = STORE_MIB
    ca_file: Path | None = None
    looked_at: float = 0.0
    taken_up_at: float = 0.0
    left_out: list[str] = field(default_factory=list)
    in_force: bool = False
    """Whether the server knows already whom `place.users` has."""
    shut: bool = False
    """Whether everybody outside was left out when it was last looked, because the system comes back from a loss."""

    def __post_init__(self) -> None:
        self._trim = Trim(self._say)
        self._alone = asyncio.Lock()

    def _say(self, line: str) -> None:
        self.log("provision", line)

    async def bring_up(self) -> None:
        """Streams, our durables, and everybody in the file with whom nothing is wrong; the others are named.

        All of it is looked at before anything is changed. While the system comes back from a loss nobody from outside
        is let in. Raises WouldLoseData for what is ours, NotDone where the server keeps its old configuration or
        does not agree yet with a database that was put back, OSError and nats.errors.Error while it does not answer.
        """
        async with self._alone, self.connected() as client:
            await self._bring_up(client.jetstream(timeout=10))

    async def is_empty(self) -> bool:
        """Whether the bus has none of our streams. Raises as `bring_up` does."""
        async with self.connected() as client:
            found = await client.jetstream(timeout=10).streams_info()
        return not {one.config.name for one in found} & {stream.name for stream in STREAMS}

    async def _bring_up(self, bus: JetStreamContext) -> None:
        await self._wait_for_agreement()
        file, users = self.place.users_file, self.place.users
        at, stated, moving = file.changed_at(), file.stated(), file.moving.names()
        if stated.readable:
            in_the_way = conflicts(await present_durables(bus), Users(stated.outsiders).durables(), moving)
            left_out = [*stated.wrong, *(f"{name}: {told}" for name, told in in_the_way.items())]
            served = tuple(one for one in stated.outsiders if one.name not in in_the_way)
        else:
            left_out, served = list(stated.wrong), users.outsiders
        if lost := self.place.lost.what():
            left_out += [f"{one.name}: comes in when what the {lost} lost is told again" for one in served]
            users.make_passwords(served)
            served = ()
        if served != users.outsiders or not self.in_force:
            await self._serve(served)
        if moving and stated.readable:
            await self._move(bus, moving, stated.outsiders)
        await provision(bus, users.durables(), self.replicas, self._say, self.store_mib)
        if stated.readable:
            await forget_durables(bus, stated.names, self._say)
            forget_others(users, stated.names)
        for wrong in left_out:
            self.log("users", f"left out: {wrong}")
        self.left_out, self.shut = left_out, lost is not None
        self.looked_at = self.taken_up_at = at
        self.place.kept()

    async def _move(self, bus: JetStreamContext, moving: frozenset[str], outsiders: Sequence[Outsider]) -> None:
        """After the server knows their rights: cut off in between, they hear less than they may, and never more."""
        for one in outsiders:
            if one.name in moving:
                await move_durables(bus, one.name, one.durables(), self._say)
        self.place.users_file.moving.done(moving)

    async def _wait_for_agreement(self) -> None:
        """Raises NotDone: what is told on a stream made now would bear numbers that were told before."""
        if self.place.lost.disagrees():
            if self.place.users.outsiders or not self.in_force:
                await self._serve(())
            raise NotDone(503, "unavailable", broken("comes_back"))

    async def _serve(self, outsiders: tuple[Outsider, ...]) -> None:
        users = self.place.users
        before, users.outsiders = users.outsiders, outsiders
        if refused := await self.place.take_up():
            users.outsiders = before
            raise NotDone(500, "failed", broken("bus_refuses", told=refused))
        self.in_force = True

    @property
    def users_changed(self) -> bool:
        """Whether others are to be let in than are now."""
        file = self.place.users_file
        return self.looked_at != file.changed_at() or self.shut != bool(self.place.lost.what())

    async def waiting(self, durables: Sequence[Durable]) -> int:
        """How many messages are yet to be handled by these."""
        async with self.connected() as client:
            bus = client.jetstream(timeout=10)
            found = [await bus.consumer_info(one.stream, one.name) for one in durables]
        return sum((one.num_pending or 0) + (one.num_ack_pending or 0) for one in found)

    async def make_room(self) -> None:
        """Take away what has been handled where a stream runs full."""
        async with self.connected() as client:
            await self._trim.look(client.jetstream(timeout=10))

    async def obey(self, ask: Command) -> BaseModel:
        """Do what the operator asks. Raises NotDone, and as `bring_up` does."""
        async with self._alone, self.connected() as client:
            match ask:
                case ShowStreams():
                    return await streams_shown(client.jetstream(timeout=10))
                case ListUsers():
                    stated = self.place.users_file.stated()
                    return UsersShown(users=tuple(map(shown, stated.outsiders)), left_out=tuple(self.left_out))
                case PutUser() | ChangeUser() | RotateUser() | RetireUser() | RemoveUser():
                    return await self._change(client, ask)
        raise AssertionError(f"{ask.name} is not answered here")

    async def _change(self, client: Client, ask: Ask) -> BaseModel:
        await self._wait_for_agreement()
        file, bus = self.place.users_file, client.jetstream(timeout=10)
        with file.alone():
            change = decide(file.stated(), ask, self.place.users.makes_passwords)
            region = _region(change.after)
            enrolled = region == _region(change.before) or await is_enrolled(client, region)
            if change.after is not None and not moves(ask):
                # What is there already hears something else only where that is asked for.
                present = await present_durables(bus)
                for told in filter(None, (conflict(present, durable) for durable in change.after.durables())):
                    raise NotDone(409, "conflict", broken("user_in_the_way", told=told))
            stood, moving = file.text(), file.moving.names()
            write_down(file, change, ask)
            try:
                await self._bring_up(bus)
            except NotDone:
                file.restore(stood)
                # What an earlier change left to be moved still is.
                file.moving.done(frozenset({change.name}) - moving)
                raise
        return answered(ask, change, enrolled)

    @asynccontextmanager
    async def connected(self, closed: asyncio.Event | None = None) -> AsyncIterator[Client]:
        """As the provisioner; one that is lost is not made again, and `closed` set. Raises as `bring_up`."""

        async def was_closed() -> None:
            if closed is not None:
                closed.set()

        connection = await connect(
            self.place.address(),
            ca_file=self.ca_file,
            closed_cb=was_closed,
            inbox_prefix=f"_INBOX.{PROVISIONER}".encode(),
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
        )
        try:
            yield connection
        finally:
            await connection.close()


def _region(outsider: Outsider | None) -> Division:
    return UNKNOWN if outsider is None or isinstance(outsider, Integrator) else outsider.division
