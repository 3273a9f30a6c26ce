"""Measures until when the certificates hold that bus and database serve: a renewed file helps once it is served."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import ParseResult, urlparse

import structlog

from clients.python.connection import Client
from clients.python.served import POSTGRESQL, served_until
from clients.python.tls import CaUnusable, encrypted
from services.runtime import metrics
from services.runtime.settings import Settings

log = structlog.get_logger()

LOOK_EVERY_S = 60.0


async def measure_served(settings: Settings, bus: Client) -> None:
    """Run until cancelled: at the server of the bus that this replica is connected to, and at its database.

    The connections themselves are older than a certificate that was renewed meanwhile. While a server is away the last
    value stands.
    """
    while True:
        if encrypted(settings.nats_url.split(",")) and (where := bus.connected_url) is not None:
            await measure("bus", where, 4222, settings.ca_file)
        if settings.ca_file is not None:
            await measure("database", urlparse(settings.database_url), 5432, settings.ca_file, POSTGRESQL)
        await asyncio.sleep(LOOK_EVERY_S)


async def measure(server: str, at: ParseResult, port: int, ca_file: Path | None, ask: bytes = b"") -> None:
    """Of an address that names several servers nothing is seen: its `port` raises ValueError."""
    try:
        ends_at_s = await served_until(at.hostname or "localhost", at.port or port, ca_file, ask)
    except (OSError, CaUnusable, ValueError) as error:
        log.debug("certificate not seen", server=server, reason=str(error))
    else:
        metrics.CERTIFICATE_ENDS.labels(server).set(ends_at_s)
