"""Cold start: with bus and database up, from starting five services until all five are ready."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from contracts.wiring.table import SERVICES
from deploy.local.home import Run
from deploy.local.looking import http_get
from deploy.local.ports import free_port
from deploy.local.stack import Stack
from tests.bench.measured import alternating
from tests.waiting import until

LOOK_EVERY_S = 0.02
IMPORTS_ALONE = """
import services.runtime.replica.serve
import services.{service}.service
"""


async def seconds(stack: Stack, run: Run, rounds: int) -> dict[str, list[float]]:
    """Rounds of ours, and of Python with the same imports alone. The stack's own services are ended first."""
    for service in SERVICES:
        os.kill(stack.pid(service), signal.SIGTERM)
        while Path(f"/proc/{stack.pid(service)}").exists():  # noqa: ASYNC110  another process
            await asyncio.sleep(LOOK_EVERY_S)

    async def ours(_: int) -> float:
        ports = {service: free_port() for service in SERVICES}
        started = time.perf_counter()
        processes = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", f"services.{service}"),
                env=_settings(run, service, port),
                stderr=asyncio.subprocess.DEVNULL,
            )
            for service, port in ports.items()
        ]
        await asyncio.gather(*(_ready(port) for port in ports.values()))
        took = time.perf_counter() - started
        for process in processes:
            process.terminate()
        await asyncio.gather(*(process.wait() for process in processes))
        return took

    async def floor(_: int) -> float:
        started = time.perf_counter()
        processes = [
            await asyncio.create_subprocess_exec(sys.executable, "-c", IMPORTS_ALONE.format(service=service))
            for service in SERVICES
        ]
        await asyncio.gather(*(process.wait() for process in processes))
        return time.perf_counter() - started

    return await alternating({"ours": ours, "floor": floor}, rounds)


def _settings(run: Run, service: str, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "LINZHANG_NATS_URL": run.url(service),
        "LINZHANG_DATABASE_URL": run.databases[service],
        "LINZHANG_HTTP_PORT": str(port),
    }


async def _ready(port: int) -> None:
    async def ready() -> bool:
        return (await asyncio.to_thread(http_get, port, "/readyz"))[0] == 200

    await until(ready, within_s=60, every_s=LOOK_EVERY_S)
