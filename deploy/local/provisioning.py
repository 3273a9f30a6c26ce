"""What the provisioner does for an embedded system: streams, durables, and who of those outside is served."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from nats.js import JetStreamContext

from clients.python.connection import connect
from contracts.wiring.streams import STORE_MIB
from deploy.local.bus import Bus
from deploy.local.home import Home, forget_others
from deploy.nats.durables import conflicts, forget_durables, present_durables
from deploy.nats.provision import provision
from deploy.nats.trim import Trim
from deploy.nats.users import Users


@dataclass
class Provisioning:
    """`looked_at` and `taken_up_at` are when the `users.json` was changed that was read, and that is in force."""

    home: Home
    users: Users
    bus: Bus
    log: Callable[[str, str], None]
    store_mib: int = STORE_MIB
    looked_at: float = 0.0
    taken_up_at: float = 0.0
    left_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._trim = Trim(self._say)

    def _say(self, line: str) -> None:
        self.log("provision", line)

    async def bring_up(self) -> None:
        """Streams, our durables, and everybody in `users.json` with whom nothing is wrong; the others are named.

        All of it is looked at before anything is changed. Raises WouldLoseData for what is ours, OSError and
        nats.errors.Error while the bus does not answer.
        """
        at, stated = self.home.users_file.changed_at(), self.home.users_file.stated()
        async with self._connected() as bus:
            if stated.readable:
                in_the_way = conflicts(await present_durables(bus), Users(stated.outsiders).durables())
                left_out = [*stated.wrong, *(f"{name}: {told}" for name, told in in_the_way.items())]
                served = tuple(one for one in stated.outsiders if one.name not in in_the_way)
            else:
                left_out, served = list(stated.wrong), self.users.outsiders
            if served != self.users.outsiders:
                self.users.outsiders = served
                self.bus.reload()
            await provision(bus, self.users.durables(), say=self._say, store_mib=self.store_mib)
            if stated.readable:
                await forget_durables(bus, stated.names, self._say)
                forget_others(self.users, stated.names)
        for wrong in left_out:
            self.log("users", f"left out: {wrong}")
        self.left_out = left_out
        self.looked_at = self.taken_up_at = at

    @property
    def users_changed(self) -> bool:
        return self.looked_at != self.home.users_file.changed_at()

    async def make_room(self) -> None:
        """Take away what has been handled where a stream runs full."""
        async with self._connected() as bus:
            await self._trim.look(bus)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[JetStreamContext]:
        connection = await connect(
            self.bus.url("provisioner"), inbox_prefix=b"_INBOX.provisioner", allow_reconnect=False
        )
        try:
            yield connection.jetstream(timeout=10)
        finally:
            await connection.close()
