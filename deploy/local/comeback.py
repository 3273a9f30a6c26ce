"""After a loss: the bus is told again from the record, and nobody from outside comes in before that is done."""

from __future__ import annotations

from typing import Protocol

from deploy.comeback.lost import Loss
from deploy.comeback.telling import Telling
from deploy.local.home import Home
from deploy.nats.provisioning import Provisioning


class DatabaseGone(Exception):
    """The bus has what was told, and the record is gone; the message names the remedy."""


def loss(home: Home) -> Loss | None:
    """What has been lost there, if anything. Raises DatabaseGone."""
    if kept := home.lost.what():
        return kept
    record = (home.path / "postgres" / "data" / "PG_VERSION").exists()
    told = any((home.path / "nats" / "jetstream").rglob("streams/*"))
    if told and not record:
        data = home.path / "postgres" / "data"
        raise DatabaseGone(f"{data} holds no database, and the bus has what was told: linzhang restore brings it back")
    if record and not told:
        home.lost.note(Loss.BUS)
        return Loss.BUS
    return None


class Stack(Protocol):
    """What comes back."""

    home: Home
    provisioning: Provisioning

    def log(self, name: str, line: str) -> None: ...

    def write_run(self) -> object: ...

    async def migrate(self) -> None: ...

    async def run_job(self, name: str, *module: str) -> None: ...


class Comeback:
    """Of one stack, step by step."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def agree(self, lost: Loss) -> None:
        """Settle what bus and record have of each other, before anybody works on either."""
        self._stack.log("comeback", f"the {lost} was lost; outsiders wait until everything is told again")
        await self._stack.migrate()
        more = ("restored",) if lost is Loss.DATABASE else ()
        await self._stack.run_job("comeback", "services.runtime.telling.comeback", *more)
        self._stack.home.lost.note(lost, agreed=True)

    async def let_in(self) -> None:
        """Wait until all is told and heard, then serve those outside again."""
        await Telling(self._stack.provisioning).to_its_end()
        self._stack.home.lost.forget()
        await self._stack.provisioning.bring_up()

    async def without_the_bus(self) -> None:
        """The bus runs again and has nothing of what it had; the services live."""
        self._stack.log("comeback", "the bus was lost; outsiders wait until everything is told again")
        await self._stack.provisioning.bring_up()
        await Telling(self._stack.provisioning).begin()
        await self.let_in()
        self._stack.write_run()
