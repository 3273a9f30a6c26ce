"""A replica's connection to the bus, and FastStream's subscriber of its commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

import nats
import structlog
from faststream import AckPolicy
from faststream.nats import NatsBroker, NatsMessage

from clients.python.connection import Client, connect
from services.runtime.settings import Settings

log = structlog.get_logger()

COMMANDS_AT_ONCE = 16


class Broker(NatsBroker):
    """FastStream's broker with our client; its stop raises while the bus is away (STACK row 12)."""

    ca_file: Path | None = None
    heard_error: Callable[[Exception], Awaitable[None]]

    @classmethod
    def of(
        cls,
        service: str,
        settings: Settings,
        on_command: Callable[[NatsMessage], Awaitable[None]],
        heard_error: Callable[[Exception], Awaitable[None]],
        **callbacks: Any,
    ) -> Self:
        """One that hands the commands of a service to `on_command`; the others are callbacks of the client."""
        broker = cls(
            settings.nats_url.split(","),
            name=f"linzhang-{service}",
            inbox_prefix=f"_INBOX.{service}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=5,
            max_outstanding_pings=2,
            ack_policy=AckPolicy.MANUAL,
            logger=None,
            # A message goes as it is: to have it looked at by types takes a hop to another thread and back.
            apply_types=False,
            pending_size=64 * 1024 * 1024,
            **callbacks,
        )
        broker.ca_file, broker.heard_error = settings.ca_file, heard_error
        broker.subscriber(
            f"cmd.{service}.>", queue=service, max_workers=COMMANDS_AT_ONCE, no_reply=True, decoder=_itself
        )(on_command)
        return broker

    async def _connect(self) -> Client:
        # FastStream's own way with errors ends its start and leaves a process that serves nobody (STACK row 36).
        own = {**self._connection_kwargs, "ca_file": self.ca_file, "error_cb": self.heard_error}
        connection = await connect(**own)
        self.config.connect(connection)
        return connection

    async def stop(self, *raised: Any) -> None:
        try:
            await super().stop(*raised)
        except* nats.errors.Error as away:
            log.debug("the bus is away at the stop", reason=str(away))


async def _itself(message: NatsMessage) -> NatsMessage:
    return message
