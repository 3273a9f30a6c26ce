"""A user on the bus, and what the server refuses it."""

import asyncio

import nats

from contracts.wiring.table import SERVICES

WITHIN_S = 0.4


class User:
    """One user's connection, with what the server refused it."""

    def __init__(self, name):
        self.name = name
        self.refused = []

    async def _error(self, error):
        self.refused.append(str(error))

    async def _settled(self):
        """The server answers in order, so after two rounds its refusal has been given to the callback."""
        await self.client.flush()
        await self.client.flush()
        await asyncio.sleep(0)

    async def enter(self, bus):
        self.client = await nats.connect(
            bus.url(self.name), inbox_prefix=f"_INBOX.{self.name}".encode(), error_cb=self._error, allow_reconnect=False
        )
        prefix = "$JS.API" if self.name in (*SERVICES, "reader", "provisioner", "demo") else "FOREST.API"
        self.stream = self.client.jetstream(prefix=prefix, timeout=2)
        return self

    async def says(self, subject, body=b"{}", reply=""):
        """Publish, and wait until the server has had its say."""
        before = len(self.refused)
        await self.client.publish(subject, body, reply=reply)
        await self._settled()
        return len(self.refused) == before

    async def hears(self, subject):
        """Whether the server lets it subscribe."""
        before = len(self.refused)
        await self.client.subscribe(subject)
        await self._settled()
        return len(self.refused) == before


async def messages_in(bus, stream):
    provisioner = await User("provisioner").enter(bus)
    state = (await provisioner.stream.stream_info(stream)).state
    await provisioner.client.close()
    return state.messages
