"""What a nats-server says of itself, asked on the bus by the user of its system account."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats

from clients.python.connection import Client
from deploy.nats.accounts import SUPERVISOR

CONNECTED_WITHIN_S = 5
ASKED_WITHIN_S = 5.0
SILENT = "does not answer"
"""Begins what is told of a server that tells nothing."""


async def told(
    url: str, question: str, server_name: str | None = None, ca_file: str | Path | None = None
) -> dict[str, Any]:
    """The answer to `HEALTHZ` or `VARZ`; of one server of a cluster, by its name. Raises OSError, nats.errors.Error."""
    which = {"server_name": server_name, "exact_match": True} if server_name else {}
    async with _asking(url, ca_file) as client:
        answer: dict[str, Any] = (await _ask(client, f"PING.{question}", which))["data"]
        return answer


async def reload(
    url: str, ca_file: str | Path | None = None, but: frozenset[str] = frozenset()
) -> tuple[frozenset[str], str]:
    """Let every server of the cluster take up its configuration and its certificate anew, `but` those.

    Returns the ids of those that have, and why others keep what they had, empty where none does; who does not answer is
    in neither. Raises OSError, nats.errors.Error.
    """
    reached: set[str] = set()
    refused: list[str] = []
    async with _asking(url, ca_file) as client:
        for server, name in (await _servers(client)).items():
            if server in but:
                continue
            error = (await _ask(client, f"{server}.RELOAD", {})).get("error")
            if error:
                refused.append(f"{name}: {error.get('description', error)}")
            else:
                reached.add(server)
    return frozenset(reached), "; ".join(refused)


async def _servers(client: Client) -> dict[str, str]:
    """The names of all servers of the cluster by their ids; each says how many others it is connected to."""
    inbox, expected = client.new_inbox(), 1
    found: dict[str, str] = {}
    answers = await client.subscribe(inbox)
    await client.publish("$SYS.REQ.SERVER.PING.VARZ", b"{}", reply=inbox)
    try:
        while len(found) < expected:
            answer = json.loads((await answers.next_msg(ASKED_WITHIN_S)).data)
            found[answer["server"]["id"]] = answer["server"]["name"]
            expected = max(expected, answer["data"].get("remotes", 0) + 1)
    except TimeoutError:
        if not found:
            raise
    return found


@asynccontextmanager
async def _asking(url: str, ca_file: str | Path | None) -> AsyncIterator[Client]:
    client = Client()
    await client.connect(
        url,
        ca_file=ca_file,
        inbox_prefix=f"_INBOX.{SUPERVISOR}".encode(),
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0,
        connect_timeout=CONNECTED_WITHIN_S,
    )
    try:
        yield client
    finally:
        await client.close()


async def _ask(client: Client, question: str, about: dict[str, Any]) -> dict[str, Any]:
    subject = f"$SYS.REQ.SERVER.{question}"
    reply = await client.request(subject, json.dumps(about).encode(), timeout=ASKED_WITHIN_S)
    found: dict[str, Any] = json.loads(reply.data)
    return found


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
