"""Publishes and matches the receipts of streams, with one subscription for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
import structlog

from clients.python.connection import Arrived, Client, Said
from services.runtime.telling.outbox import Written
from services.runtime.wire import ended

log = structlog.get_logger()

WRONG_LAST_SEQUENCE = 10071
NO_STREAM = {"error": {"description": "no stream takes this subject"}}
NOT_CONNECTED = "the bus is away"


class Sending(NamedTuple):
    """A row, and the last sequence that its stream must have when it comes; None where any will do."""

    row: Written
    after: int | None

    def said(self, reply: str) -> Said:
        block = ended(self.row.headers, self.row.sequence, self.after)
        return Said(self.row.subject, reply, self.row.body, block)


class End(NamedTuple):
    """When a stream was made, and its last sequence."""

    made_at: str
    last: int


@dataclass
class Receipted:
    """What became of a wave: by row id, why there is no receipt; whom the stream refused for not ending there."""

    failed: dict[int, str]
    overtaken: set[int] = field(default_factory=set)
    last: int = 0
    """The highest sequence given to what was bound to one."""
    repeated: int = 0
    """How many of those the stream had already, so that its end stayed where it was."""


class Receipts:
    """Nothing is published while the client is not connected: it would come out at a later moment, on another bus."""

    def __init__(self, bus: Client) -> None:
        self._bus = bus
        self._prefix = bus.new_inbox()
        self._waiting: dict[str, Callable[[dict[str, Any]], None]] = {}
        self._next = 0

    async def listen(self) -> None:
        await self._bus.subscribe_at_once(self._prefix + ".*", self._received)

    def _received(self, message: Arrived) -> None:
        told = self._waiting.pop(message.subject.rpartition(".")[2], None)
        if told is not None:
            told(NO_STREAM if message.headers.get("Status") == "503" else orjson.loads(message.data))

    def _token(self, told: Callable[[dict[str, Any]], None]) -> str:
        self._next += 1
        token = str(self._next)
        self._waiting[token] = told
        return token

    async def end_of(self, stream: str, timeout_s: float) -> End | None:
        """Where a stream ends; None when nobody says so in time."""
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        token = self._token(lambda told: None if answer.done() else answer.set_result(told))
        try:
            if not self._bus.is_connected:
                return None
            await self._bus.publish(f"$JS.API.STREAM.INFO.{stream}", reply=f"{self._prefix}.{token}")
            async with asyncio.timeout(timeout_s):
                told = await answer
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(token, None)
        return None if "error" in told else End(told["created"], told["state"]["last_seq"])

    async def publish(self, wave: Sequence[Sending], timeout_s: float) -> Receipted:
        """Publish the rows and wait for all receipts."""
        found = Receipted({one.row.id: "no receipt in time" for one in wave})
        everything = asyncio.Event()
        left = len(wave)

        def settle(one: Sending) -> Callable[[dict[str, Any]], None]:
            def told(receipt: dict[str, Any]) -> None:
                nonlocal left
                left -= 1
                if (error := receipt.get("error")) is None:
                    del found.failed[one.row.id]
                    if one.after is not None and receipt.get("duplicate"):
                        found.repeated += 1
                    elif one.after is not None:
                        found.last = max(found.last, receipt["seq"])
                else:
                    found.failed[one.row.id] = error.get("description", "refused by the stream")
                    if error.get("err_code") == WRONG_LAST_SEQUENCE:
                        found.overtaken.add(one.row.id)
                if not left:
                    everything.set()

            return told

        if not self._bus.is_connected:
            found.failed.update(dict.fromkeys(found.failed, NOT_CONNECTED))
            return found
        tokens = [self._token(settle(one)) for one in wave]
        try:
            await self._bus.publish_all(
                one.said(f"{self._prefix}.{token}") for one, token in zip(wave, tokens, strict=True)
            )
            async with asyncio.timeout(timeout_s):
                await everything.wait()
        except TimeoutError:
            log.warning("receipts missing", count=len(found.failed))
        finally:
            for token in tokens:
                self._waiting.pop(token, None)
        return found
