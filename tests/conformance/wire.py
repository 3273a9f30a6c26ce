"""A way onto a bus as any of its users, and what is said and heard there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import nats
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from clients.python.bus import connected
from contracts.every_service import ServiceStatus, ShowStatus, operation_subject
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.language.message import Command, Fact, Intake, dump
from contracts.wiring.streams import DURABLES
from deploy.nats.provision import provision
from tests.streams import read_stream
from tests.waiting import until

NOW = datetime(2020, 6, 15, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as its sender puts it on the bus."""

    user: str
    subject: str
    body: bytes
    headers: dict[str, str]

    @property
    def id(self) -> str:
        return self.headers["ce-id"]

    def late(self) -> Sent:
        """The same message once more, which the stream does not know for the same."""
        return Sent(self.user, self.subject, self.body, {**self.headers, "Nats-Msg-Id": str(uuid4())})

    def torn(self) -> Sent:
        """A message in its place that no contract reads."""
        id = str(uuid4())
        return Sent(self.user, self.subject, b'{"torn": true}', {**self.headers, "ce-id": id, "Nats-Msg-Id": id})


def fact(service: str, body: Fact, sequence: int = 1) -> Sent:
    envelope = Envelope(str(uuid4()), service, body.type(), NOW, sequence=sequence, partitionkey=body.partition_key())
    return Sent(service, body.told_on(), dump(body), to_headers(envelope))


def posted(source: str, body: Intake, subject: str) -> Sent:
    return Sent(source, subject, dump(body), to_headers(Envelope(str(uuid4()), source, body.type(), NOW)))


class Wire:
    """`address` is nats://host:port, `passwords` those of its users."""

    def __init__(self, address: str, passwords: dict[str, str]) -> None:
        self._host = urlsplit(address).netloc
        self._passwords = passwords

    def url(self, user: str) -> str:
        return f"nats://{user}:{self._passwords[user]}@{self._host}"

    @asynccontextmanager
    async def user(self, name: str) -> AsyncIterator[Client]:
        client = await nats.connect(self.url(name), inbox_prefix=f"_INBOX.{name}".encode())
        try:
            yield client
        finally:
            await client.close()

    async def tell(self, *messages: Sent) -> None:
        """Each until the stream's receipt."""
        for message in messages:
            async with self.user(message.user) as client:
                reply = await client.request(message.subject, message.body, timeout=5, headers=message.headers)
                assert b'"error"' not in reply.data, reply.data

    async def heard(self, stream: str, subject: str) -> list[dict[str, Any]]:
        async with self.user("provisioner") as client:
            return await read_stream(client, stream, subject)

    async def wait_for(self, stream: str, subject: str, so: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Those facts that are so, once there is one."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = [one for one in await self.heard(stream, subject) if so(one)]
            return bool(found)

        await until(there, every_s=0.1)
        return found

    async def ask(self, service: str, command: type[Command], body: bytes, id: str | None = None) -> tuple[str, Any]:
        """The content type and the body of the answer to one of the operations that every service knows."""
        envelope = Envelope(id or str(uuid4()), OPERATOR, command.type().replace("*", service), NOW)
        async with connected(self.url(OPERATOR), OPERATOR) as operator:
            subject = operation_subject(command, service, OPERATOR, UNKNOWN)
            reply = await operator.request(subject, body, to_headers(envelope), timeout=5)
        headers = {name.lower(): value for name, value in (reply.headers or {}).items()}
        return headers.get("content-type", ""), json.loads(reply.data)

    async def ready(self, service: str) -> None:
        async def so() -> bool:
            try:
                _, status = await self.ask(service, ShowStatus, b"{}")
            except Exception:
                return False
            return "ready" in status and ServiceStatus.model_validate(status).ready

        await until(so, within_s=30, every_s=0.2)

    async def provision(self) -> None:
        async with self.user("provisioner") as client:
            await provision(client.jetstream(timeout=5), say=lambda _: None)

    async def quiet(self, service: str) -> None:
        """Everything that the service hears is settled, three times in a row."""
        times = 0

        async def so() -> bool:
            nonlocal times
            async with self.user("provisioner") as client:
                bus = client.jetstream(timeout=5)
                waiting = [await bus.consumer_info(one.stream, one.name) for one in DURABLES[service]]
            busy = any((one.num_pending or 0) + (one.num_ack_pending or 0) for one in waiting)
            _, status = await self.ask(service, ShowStatus, b"{}")
            times = 0 if busy or status["outbox_unsent"] else times + 1
            return times == 3

        await until(so, within_s=30, every_s=0.1)

    async def replay(self, service: str) -> None:
        """Its durables anew: everything that the streams keep is heard again from the start."""
        async with self.user("provisioner") as client:
            bus = client.jetstream(timeout=5)
            for one in DURABLES[service]:
                try:
                    await bus.delete_consumer(one.stream, one.name)
                except NotFoundError:
                    continue
        await self.provision()
