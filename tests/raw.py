"""Frames as bytes, past every client: what an outsider with a socket can put on the bus."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit

PONG = b"PONG\r\n"


class Raw:
    """One user's connection; `said` is what the server has answered so far."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.said = b""

    @classmethod
    async def connect(cls, url: str) -> Raw:
        address = urlsplit(url)
        one = cls(*await asyncio.open_connection(address.hostname, address.port))
        await one._reader.readline()
        stated = {"verbose": False, "headers": True, "no_responders": True, "lang": "raw", "version": "0"}
        stated |= {"user": address.username, "pass": address.password} if address.username else {}
        await one.send(b"CONNECT " + json.dumps(stated).encode() + b"\r\n")
        return one

    async def send(self, *frames: bytes) -> None:
        """Send, and wait until the server has had its say."""
        for frame in frames:
            self._writer.write(frame)
        self._writer.write(b"PING\r\n")
        await self._writer.drain()
        self.said += await self._reader.readuntil(PONG)

    async def close(self) -> None:
        self._writer.close()


def pub(subject: bytes, body: bytes = b"{}", reply: bytes = b"") -> bytes:
    return b"PUB %s %d\r\n%s\r\n" % (subject + b" " + reply if reply else subject, len(body), body)


def hpub(subject: bytes, header: bytes, body: bytes = b"{}", reply: bytes = b"") -> bytes:
    to = subject + b" " + reply if reply else subject
    return b"HPUB %s %d %d\r\n%s%s\r\n" % (to, len(header), len(header) + len(body), header, body)


def block(headers: dict[str, str], status: bytes = b"") -> bytes:
    lines = b"".join(f"{name}: {value}\r\n".encode("utf-8", "surrogateescape") for name, value in headers.items())
    return b"NATS/1.0" + status + b"\r\n" + lines + b"\r\n"
