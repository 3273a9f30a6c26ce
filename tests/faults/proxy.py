"""A TCP proxy in user space that can cut, reset, delay and swallow what passes, and cut at what a client says."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from dataclasses import dataclass, field

from deploy.local.ports import LOOPBACK, free_port

CHUNK_BYTES = 65_536
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: closing sends RST and drops what was not sent."""
LINGER_S = 2.0
"""How long a server whose client is gone is listened to, so that it reads all it was sent."""


@dataclass
class Trap:
    """Springs once, at what a client says; the connection ends before any answer comes back.

    Passed on, it is done and the client never hears so; torn in its middle, it is not done.
    """

    pattern: re.Pattern[bytes]
    passes: bool
    sprung: asyncio.Event = field(default_factory=asyncio.Event)

    def passing(self, chunk: bytes) -> bytes | None:
        """What the server still gets of the chunk that springs the trap; None for every other."""
        found = None if self.sprung.is_set() else self.pattern.search(chunk)
        if found is None:
            return None
        self.sprung.set()
        return chunk if self.passes else chunk[: (found.start() + found.end()) // 2]


class Proxy:
    """Passes connections on to `target_port`; faults hold for what is open now and, while they last, what comes."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = free_port()
        self.delay_s = 0.0
        self.trap: Trap | None = None
        self._open_gate = asyncio.Event()
        self._open_gate.set()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accepted, LOOPBACK, self.port, limit=CHUNK_BYTES)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()

    def cut(self, *, reset: bool = False) -> int:
        """End every connection where it stands, mid-message too; returns how many there were."""
        pairs = list(self._pairs)
        for pair in pairs:
            for writer in pair:
                if reset:
                    with contextlib.suppress(OSError):
                        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()
        return len(pairs)

    def swallow(self, *, on: bool) -> None:
        """Take bytes and pass nothing on, as a network that has gone away does, until it is back."""
        if on:
            self._open_gate.clear()
        else:
            self._open_gate.set()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, beyond = await asyncio.open_connection(LOOPBACK, self.target_port, limit=CHUNK_BYTES)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, beyond)
        self._pairs.add(pair)
        ways = [asyncio.create_task(self._pass(*way)) for way in ((reader, beyond, writer), (there, writer, None))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # the rig is being taken down, and nobody waits for this connection
        finally:
            self._pairs.discard(pair)
            for one in pair:
                one.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: asyncio.StreamWriter | None
    ) -> None:
        """One way; with the way back to the client where it is the client's, which a trap may close."""
        while chunk := await reader.read(CHUNK_BYTES):
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            await self._open_gate.wait()
            if client and self.trap and (last := self.trap.passing(chunk)) is not None:
                client.transport.abort()
                writer.write(last)
                writer.write_eof()
                await asyncio.sleep(LINGER_S)  # the other way ends sooner: when the server has closed
            elif not writer.is_closing():
                writer.write(chunk)
                await writer.drain()
