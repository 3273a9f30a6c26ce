"""Where users are kept in an embedded system, and how its bus comes to know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contracts.access import PROVISIONER
from deploy.comeback.lost import Lost
from deploy.local.bus import Bus
from deploy.nats.users import Users
from deploy.nats.users_file import UsersFile


@dataclass
class LocalPlace:
    """The bus of an embedded system, and who may come to it."""

    users_file: UsersFile
    users: Users
    bus: Bus
    kept: Callable[[], None]
    lost: Lost

    def address(self) -> str:
        return self.bus.url(PROVISIONER)

    async def take_up(self) -> str:
        return await self.bus.take_up()
