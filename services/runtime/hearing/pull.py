"""Continuous pull of one durable: a window of requests is always open, and what has arrived is taken at once.

FastStream's own pull loop waits a whole timeout to fill a batch (STACK row 11); this one blocks for the first message
only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import Final

import orjson
import structlog

from clients.python.connection import Arrived, Client, Said
from contracts.wiring.streams import Durable
from services.runtime.pause import pause_s

log = structlog.get_logger()

EXPIRES_S: Final = 30.0
HEARTBEAT_S: Final = 5.0
SILENCE_S: Final = 2.5 * HEARTBEAT_S
SMALLEST_WINDOW: Final = 4
BATCH_BYTES: Final = 1024 * 1024
"""A batch ends with the message that reaches it: facts read into memory take several times their size."""
WINDOW_BYTES: Final = 4 * BATCH_BYTES
"""What a request may bring; the largest message always fits."""
SILENT_S: Final = 1.0
PAUSE_FIRST_S: Final = 0.05
PAUSE_LONGEST_S: Final = 1.0


class Pull:
    """The messages of a durable that have arrived here and are not settled.

    The window holds no more than is handled in a third of `ack_wait`; everything held is reported as in progress.
    """

    def __init__(self, bus: Client, durable: Durable, batch_max: int) -> None:
        self.durable = durable
        self._bus = bus
        self._batch_max = batch_max
        self._inbox = bus.new_inbox()
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{durable.stream}.{durable.name}"
        self._arrived: deque[Arrived] = deque()
        self._held: dict[str, Arrived] = {}
        self._held_bytes = 0
        self._asked = 0
        self._last_sign = 0.0
        self._refused = 0
        self._ask_at = 0.0
        self._something = asyncio.Event()
        self._rate = batch_max * 6.0 / durable.ack_wait_s
        self.stopped = False

    @property
    def _window(self) -> int:
        return max(SMALLEST_WINDOW, min(int(self._rate * self.durable.ack_wait_s / 3), 2 * self._batch_max))

    async def start(self) -> None:
        self._subscription = await self._bus.subscribe_at_once(self._inbox + ".*", self._receive)
        self._last_sign = asyncio.get_running_loop().time()

    def _receive(self, message: Arrived) -> None:
        self._last_sign = asyncio.get_running_loop().time()
        if message.subject.startswith(self._inbox):
            self._told(message.headers)
        else:
            self._asked = max(0, self._asked - 1)
            self._refused = 0
            self._held[message.reply] = message
            self._held_bytes += len(message.data)
            self._arrived.append(message)
        self._something.set()

    def _told(self, status: dict[str, str]) -> None:
        """A status instead of a message: a request expired, was refused, or is still waiting."""
        code = status.get("Status", "")
        if code == "100":
            return
        unfilled = status.get("Nats-Pending-Messages")
        self._asked = max(0, self._asked - int(unfilled)) if unfilled else 0
        if code in {"404", "408"}:
            self._refused = 0
        else:
            # A durable that is gone refuses at once: without a pause it would be asked thousands of times a second.
            # A request that was cut short after some messages is the first in a row, and is made again at once.
            self._refused += 1
            if self._refused > 1:
                self._ask_at = self._last_sign + pause_s(PAUSE_FIRST_S, self._refused - 1, PAUSE_LONGEST_S)
            log.debug("pull refused", durable=self.durable.name, status=code, reason=status.get("Description"))

    async def take(self) -> list[Arrived]:
        """Wait for one message, then return all that have arrived, up to a full batch; [] after a short silence."""
        await self._ask()
        if not self._arrived:
            self._something.clear()
            left_s = self._ask_at - asyncio.get_running_loop().time()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s if left_s > 0 else SILENT_S):
                    await self._something.wait()
        taken: list[Arrived] = []
        size = 0
        while self._arrived and len(taken) < self._batch_max and size < BATCH_BYTES:
            taken.append(self._arrived.popleft())
            size += len(taken[-1].data)
        return taken

    async def _ask(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._asked and now - self._last_sign > SILENCE_S:
            self._asked = 0
        room = self._window - len(self._held) - self._asked
        full = self._held_bytes > WINDOW_BYTES // 2
        asking = self._asked and room < self._window // 2
        if self.stopped or now < self._ask_at or full or room <= 0 or asking:
            return
        self._asked += room
        self._last_sign = now
        request = {
            "batch": room,
            "max_bytes": WINDOW_BYTES,
            "expires": int(EXPIRES_S * 1e9),
            "idle_heartbeat": int(HEARTBEAT_S * 1e9),
        }
        await self._bus.publish(self._subject, orjson.dumps(request), reply=f"{self._inbox}.1")

    def forget_requests(self) -> None:
        """The connection was lost, and the open requests with it."""
        self._asked = 0
        self._ask_at = 0.0

    def measure(self, handled: int, seconds: float) -> None:
        """Learn the pace, which sizes the window."""
        self._rate += 0.2 * (handled / max(seconds, 1e-4) - self._rate)

    async def ack(self, messages: list[Arrived]) -> None:
        await self._settle(messages, b"+ACK")
        await self._ask()

    async def put_off(self, message: Arrived, delay_s: float) -> None:
        """Ask for the message again after a delay (STACK row 3: a plain nak comes back at once)."""
        await self._settle([message], b'-NAK {"delay": %d}' % int(delay_s * 1e9))

    async def terminate(self, message: Arrived) -> None:
        await self._settle([message], b"+TERM")

    async def _settle(self, messages: list[Arrived], word: bytes) -> None:
        for message in messages:
            if self._held.pop(message.reply, None) is not None:
                self._held_bytes -= len(message.data)
        await self._bus.publish_all(Said(message.reply, "", word) for message in messages)

    async def beat(self) -> None:
        """Report everything held as in progress, three times in `ack_wait`."""
        while True:
            await asyncio.sleep(self.durable.ack_wait_s / 3)
            if self._bus.is_connected:
                await self._bus.publish_all([Said(reply, "", b"+WPI") for reply in self._held])

    def stop(self) -> None:
        """Ask for nothing more, and let whoever waits for something go on."""
        self.stopped = True
        self._something.set()

    async def give_back(self) -> None:
        """At a stop: what was fetched and not handled goes back at once, not after `ack_wait` (STACK row 12).

        The open requests end first: the bus would answer them with what was just given back.
        """
        await self._subscription.drain()  # type: ignore[no-untyped-call]
        self._arrived.clear()
        await self._bus.publish_all([Said(reply, "", b"-NAK") for reply in self._held])
        self._held.clear()
        self._held_bytes = 0
