"""A NATS client whose reading survives whatever bytes the server lets in (STACK row 28), and which many messages pass.

All that is not nats-py's public face is used here and nowhere else; `pyproject.toml` holds the versions of it for which
the tests have shown that.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nats.aio.client import DEFAULT_BUFFER_SIZE, Srv
from nats.aio.client import Client as NatsClient
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.aio.transport import TcpTransport
from nats.errors import (
    ConnectionClosedError,
    ConnectionDrainingError,
    MaxPayloadError,
    OutboundBufferLimitError,
    ProtocolError,
)
from nats.protocol.parser import AWAITING_CONTROL_LINE, AWAITING_MSG_PAYLOAD, CRLF_SIZE, Parser

from clients.python.tls import bus_options

_LINE_END = b"\r\n"
_VERSION = b"NATS/1.0"
_NAME = re.compile(rb"[!-\x7f]*\Z")


class Headers(dict[str, str]):
    """The header lines of a message; bytes that are no UTF-8 are lone surrogates in a value.

    `repeated` has the names, in lower case, that stand there more than once; of those the last value is kept.
    """

    repeated: frozenset[str] = frozenset()


def read_headers(block: bytes) -> Headers:
    """Read a header block of any bytes: a status line, if it has one, is told as `Status` and `Description`."""
    first, _, rest = block.partition(_LINE_END)
    found = Headers()
    status, _, description = first.removeprefix(_VERSION).strip().partition(b" ")
    if status.isdigit():
        found["Status"] = status.decode()
        if description:
            found["Description"] = _text(description)
    names: set[str] = set()
    repeated: set[str] = set()
    for line in rest.split(_LINE_END):
        name, separator, value = line.partition(b":")
        name = name.strip()
        if separator and _NAME.match(name):
            found[name.decode()] = _text(value.strip())
            lower = name.decode().lower()
            if lower in names:
                repeated.add(lower)
            names.add(lower)
    if repeated:
        found.repeated = frozenset(repeated)
    return found


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


class Arrived:
    """A message as it was read; its headers are looked at when they are asked for.

    `block` is the header block, empty where there is none.
    """

    __slots__ = ("_headers", "block", "data", "reply", "subject")

    def __init__(self, subject: bytes, reply: bytes, data: bytes, block: bytes = b"") -> None:
        self.subject = _text(subject)
        self.reply = _text(reply)
        self.data = data
        self.block = block
        self._headers: Headers | None = None

    @property
    def headers(self) -> Headers:
        if self._headers is None:
            self._headers = read_headers(self.block) if self.block else Headers()
        return self._headers


Take = Callable[[Arrived], None]


class Said(NamedTuple):
    """A message to be published; `block` is its whole header block, from the version to the empty line."""

    subject: str
    reply: str
    data: bytes
    block: bytes = b""

    def frame(self) -> bytes:
        head = f"{self.subject} {self.reply} " if self.reply else f"{self.subject} "
        if not self.block:
            return b"PUB %b%d\r\n%b\r\n" % (head.encode(), len(self.data), self.data)
        size = len(self.block)
        return b"HPUB %b%d %d\r\n%b%b\r\n" % (head.encode(), size, size + len(self.data), self.block, self.data)


class _AnyBytes(Parser):
    """Reads messages whose subjects hold any bytes that the server takes for one token.

    The library splits at every white space, vertical tab and form feed included, where the server splits at blanks; and
    it stops reading for good at whatever a message raises.
    """

    nc: Client

    def __init__(self, nc: Client) -> None:
        super().__init__(nc)
        self._others = Parser(nc)

    async def parse(self, data: bytes = b"") -> None:
        self.buf.extend(data)
        while self.buf:
            if self.state == AWAITING_MSG_PAYLOAD:
                if len(self.buf) < self.needed + CRLF_SIZE:
                    return
                await self._message()
                continue
            end = self.buf.find(_LINE_END)
            if end < 0:
                return
            line = bytes(self.buf[:end])
            del self.buf[: end + CRLF_SIZE]
            operation, _, stated = line.partition(b" ")
            if operation in (b"MSG", b"HMSG"):
                self._begin(operation, stated.split(b" "))
            else:
                await self._other(line)

    def _begin(self, operation: bytes, stated: Sequence[bytes]) -> None:
        """`MSG subject sid [reply] size` or `HMSG subject sid [reply] header_size size`."""
        sizes = 1 if operation == b"MSG" else 2
        try:
            subject, sid, *reply = stated[:-sizes]
            self.msg_arg = {"subject": subject, "sid": int(sid), "reply": reply[0] if reply else b""}
            self.needed = int(stated[-1])
            self.header_needed = int(stated[-2]) if sizes == 2 else 0
        except (ValueError, IndexError):
            raise ProtocolError("nats: malformed MSG") from None
        self.state = AWAITING_MSG_PAYLOAD

    async def _message(self) -> None:
        header = bytes(self.buf[: self.header_needed])
        body = bytes(self.buf[self.header_needed : self.needed])
        del self.buf[: self.needed + CRLF_SIZE]
        self.state, self.header_needed = AWAITING_CONTROL_LINE, 0
        about = self.msg_arg
        try:
            if not self.nc.took(about["sid"], about["subject"], about["reply"], body, header):
                await self.nc._process_msg(about["sid"], about["subject"], about["reply"], body, header)
        except Exception as error:
            await self.nc._error_cb(error)

    async def _other(self, line: bytes) -> None:
        """What the server says itself: the library reads it."""
        self._others.reset()
        await self._others.parse(line.decode("utf-8", "backslashreplace").encode() + _LINE_END)
        if self._others.buf:
            raise ProtocolError("nats: unknown protocol")


class _Streams(TcpTransport):
    """A connection whose TLS, when it fails, lets go of it: the library would wait for its end for ever."""

    async def connect_tls(self, *how: Any) -> None:
        bare = self._io_writer
        assert bare is not None
        try:
            await super().connect_tls(*how)
        except BaseException:
            bare.transport.abort()
            self._io_reader = self._io_writer = None
            raise
        writer: Any = self._io_writer
        # Else asyncio warns at every end that TLS knows no half of a connection.
        writer._protocol._over_ssl = True


class Client(NatsClient):
    """nats-py's client; subjects and headers of any bytes are read, those that are no UTF-8 with lone surrogates."""

    def __init__(self) -> None:
        super().__init__()
        self._ps = _AnyBytes(self)
        self._taking: dict[int, Take] = {}

    async def connect(  # type: ignore[override]
        self, servers: str | list[str] = "nats://localhost:4222", *, ca_file: str | Path | None = None, **options: Any
    ) -> None:
        """Connect; with `tls://` nothing is said before the server has proved by `ca_file`, else by the system's
        certificates, that it is the one. Raises what nats-py does, CaUnusable, ValueError.
        """
        addresses = servers.split(",") if isinstance(servers, str) else servers
        options.setdefault("error_cb", _say_nothing)
        await super().connect(addresses, **bus_options(addresses, ca_file), **options)

    async def _connect_to_server(self, server: Srv) -> None:
        server.last_attempt = time.monotonic()
        self._transport = _Streams()  # type: ignore[no-untyped-call]
        await self._transport.connect(server.uri, DEFAULT_BUFFER_SIZE, self.options["connect_timeout"])

    async def subscribe_at_once(self, subject: str, take: Take) -> Subscription:
        """Each message is handed to `take` as soon as it is read: no queue, no task, no limit of what waits.

        `take` must be quick and never wait. The subscription outlives reconnects and ends as any other; what `take`
        raises is told to `error_cb`.
        """
        sid = self._sid + 1  # the one that the library is about to give
        self._taking[sid] = take
        subscription = await self.subscribe(subject, cb=_queued_by_nobody)
        assert subscription._id == sid
        return subscription

    def took(self, sid: int, subject: bytes, reply: bytes, data: bytes, block: bytes) -> bool:
        """Hand a message over at once; False where its subscription is one of the library's own kind."""
        take = self._taking.get(sid)
        if take is None:
            return False
        self.stats["in_msgs"] += 1
        self.stats["in_bytes"] += len(data)
        take(Arrived(subject, reply, data, block))
        return True

    def _remove_sub(self, sid: int, max_msgs: int = 0) -> None:
        self._taking.pop(sid, None)
        super()._remove_sub(sid, max_msgs)

    async def publish_all(self, said: Iterable[Said]) -> None:
        """Publish many in one write: subjects and headers are taken as they are. Raises what `publish` does."""
        if self.is_closed:
            raise ConnectionClosedError
        if self.is_draining_pubs:
            raise ConnectionDrainingError
        frames: list[bytes] = []
        size = 0
        for one in said:
            if len(one.data) > self.max_payload:
                raise MaxPayloadError
            size += len(one.data)
            frames.append(one.frame())
        if not frames:
            return
        if not self.is_connected and size + self._pending_data_size > self._max_pending_size:
            raise OutboundBufferLimitError
        self.stats["out_msgs"] += len(frames)
        self.stats["out_bytes"] += size
        await self._send_command(b"".join(frames))
        if self._flush_queue is not None and self._flush_queue.empty():
            await self._flush_pending()

    async def _send_ping(self, future: asyncio.Future[bool] | None = None) -> None:
        """In its turn: the library's own overtakes what was said before it, and `flush` came back too early."""
        self._pongs.append(future or asyncio.get_running_loop().create_future())
        await self._send_command(b"PING\r\n")
        await self._flush_pending()

    async def _process_headers(self, headers: bytes | None) -> dict[str, str] | None:
        return read_headers(headers) if headers else None

    def _build_message(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: dict[str, str] | None
    ) -> Msg:
        return self.msg_class(
            subject=_text(subject), reply=_text(reply), data=data, headers=headers, _client=self, _sid=sid
        )


async def _queued_by_nobody(_: Msg) -> None:
    """What is taken at once never comes into the library's queue."""


async def _say_nothing(_: Exception) -> None:
    """What goes wrong is raised, and nats-py's own way prints a traceback besides."""


async def connect(servers: str | list[str], **options: Any) -> Client:
    """A connected client; options as `Client.connect` has them."""
    client = Client()
    await client.connect(servers, **options)
    return client
