"""Where everything stands: what whoever waited in vain is told about streams, durables, outboxes and replicas."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import asyncpg
from nats.aio.client import Client
from nats.errors import Error as NatsError

from contracts.wiring.streams import DURABLES
from contracts.wiring.table import SERVICES
from services.runtime.telling import outbox
from tests.faults.cluster import STREAM_NAMES, connected

if TYPE_CHECKING:
    from tests.faults.rig import Rig

AWAY = (OSError, TimeoutError, NatsError, KeyError, asyncpg.PostgresError, asyncpg.InterfaceError)
LEADING = """
SELECT pid, now() - state_change AS since, state FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE locktype = 'advisory' AND granted AND application_name = $1
"""


async def standing(rig: Rig) -> str:
    """A line for each that is not at rest, and for each that does not answer."""
    lines: list[str] = []
    try:
        async with connected(rig.cluster, "reader") as bus:
            lines += [await _stream(bus, stream) for stream in STREAM_NAMES]
            durables = [one for of_service in DURABLES.values() for one in of_service]
            lines += [await _durable(bus, durable.stream, durable.name) for durable in durables]
    except AWAY as error:
        lines.append(f"bus: {error!r}")
    for service in SERVICES:
        try:
            lines.append(await _service(rig, service))
        except AWAY as error:
            lines.append(f"{service}: {error!r}")
    for replica in rig.replicas:
        status, reason = await asyncio.to_thread(replica.get, "/readyz")
        if status != 200:
            lines.append(f"{replica.name}: {status} {reason}{' ended' if replica.ended else ''}")
        counted = (await asyncio.to_thread(replica.get, "/metrics"))[1].splitlines()
        lines += [
            f"{replica.name}: {line}"
            for line in counted
            if line.startswith("linzhang_breaker_open") and not line.endswith(" 0.0")
        ]
    return "\n".join(line for line in lines if line)


async def _asked(bus: Client, what: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((await bus.request(f"$JS.API.{what}", b"", timeout=2)).data)
    except (NatsError, TimeoutError) as error:
        return {"error": repr(error)}
    return found


def _led(info: dict[str, Any]) -> str:
    cluster = info.get("cluster", {})
    behind = [
        f"{one['name']} {one.get('lag', 0)} behind{'' if one.get('current') else ', not current'}"
        for one in cluster.get("replicas", ())
        if one.get("lag") or not one.get("current") or one.get("offline")
    ]
    return ", ".join((f"led by {cluster.get('leader') or 'nobody'}", *behind))


async def _stream(bus: Client, stream: str) -> str:
    info = await _asked(bus, f"STREAM.INFO.{stream}")
    if "error" in info:
        return f"stream {stream}: {info['error']}"
    return f"stream {stream}: last {info['state']['last_seq']}, {_led(info)}"


async def _durable(bus: Client, stream: str, name: str) -> str:
    info = await _asked(bus, f"CONSUMER.INFO.{stream}.{name}")
    if "error" in info:
        return f"durable {name}: {info['error']}"
    if not info["num_pending"] and not info["num_ack_pending"] and info.get("cluster", {}).get("leader"):
        return ""
    told = ", ".join(
        f"{what} {info[what]}" for what in ("num_pending", "num_ack_pending", "num_redelivered", "num_waiting")
    )
    at = f"delivered {info['delivered']['stream_seq']}, settled {info['ack_floor']['stream_seq']}"
    return f"durable {name}: {told}, {at}, {_led(info)}"


async def _service(rig: Rig, service: str) -> str:
    sql = await asyncpg.connect(rig.dsn(service))
    try:
        rows, oldest_s = await outbox.unsent(sql)
        told = await sql.fetchrow("SELECT stream_made_at, last_sequence FROM told")
    finally:
        await sql.close()
    admin = await asyncpg.connect(rig.admin_dsn)
    try:
        leads = await admin.fetch(LEADING, f"{service}-relay")
    finally:
        await admin.close()
    led = ", ".join(f"relay {one['pid']} {one['state']} for {one['since'].total_seconds():.1f} s" for one in leads)
    waiting = f"{rows} unsent, the oldest {oldest_s:.1f} s old"
    return f"{service}: {waiting}, told {tuple(told or ())}, {led or 'no relay leads'}"
