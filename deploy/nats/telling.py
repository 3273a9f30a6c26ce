"""What a nats-server says of itself, asked on the bus by the user of its system account."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import nats

from clients.python.connection import Client
from deploy.nats.accounts import SUPERVISOR

CONNECTED_WITHIN_S = 5
ASKED_WITHIN_S = 5.0
SILENT = "does not answer"
"""Begins what is told of a server that tells nothing."""


async def told(url: str, question: str, server_name: str | None = None) -> dict[str, Any]:
    """The answer to `HEALTHZ` or `VARZ`; of one server of a cluster, by its name. Raises OSError, nats.errors.Error."""
    client = Client()
    await client.connect(
        url,
        inbox_prefix=f"_INBOX.{SUPERVISOR}".encode(),
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0,
        connect_timeout=CONNECTED_WITHIN_S,
    )
    try:
        which = {"server_name": server_name, "exact_match": True} if server_name else {}
        reply = await client.request(
            f"$SYS.REQ.SERVER.PING.{question}", json.dumps(which).encode(), timeout=ASKED_WITHIN_S
        )
    finally:
        await client.close()
    answer: dict[str, Any] = json.loads(reply.data)["data"]
    return answer


async def unwell(url: str, server_name: str | None = None) -> str:
    """Why a server does not serve, in its own words; empty when it does. One that does not answer is not well."""
    try:
        answer = await told(url, "HEALTHZ", server_name)
    except (OSError, TimeoutError, nats.errors.Error) as error:
        return f"{SILENT}: {type(error).__name__}"
    return "" if answer.get("status") == "ok" else str(answer.get("error") or answer.get("status"))


def unwell_now(url: str, server_name: str | None = None) -> str:
    """The same from a place without an event loop, or inside one that may wait."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, unwell(url, server_name)).result()
