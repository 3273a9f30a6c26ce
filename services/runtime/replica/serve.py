"""A service as a process: its settings and logs, FastStream in front, health and metrics beside it."""

from __future__ import annotations

import contextlib
import gc
from typing import Any

import uvicorn
from faststream.asgi import AsgiFastStream, AsgiResponse, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.runtime import metrics, traces
from services.runtime.replica.process import Process
from services.runtime.saying import log as logging
from services.runtime.service import Service
from services.runtime.settings import read_settings


def _application(process: Process) -> AsgiFastStream:
    @get
    async def livez(scope: Any) -> AsgiResponse:
        return AsgiResponse(b"ok\n", 200, {"content-type": "text/plain"})

    @get
    async def readyz(scope: Any) -> AsgiResponse:
        reasons = process.state.unready()
        return AsgiResponse(("\n".join(reasons) or "ready").encode() + b"\n", 503 if reasons else 200)

    @get
    async def exposition(scope: Any) -> AsgiResponse:
        return AsgiResponse(generate_latest(), 200, {"content-type": CONTENT_TYPE_LATEST})

    return AsgiFastStream(
        process.broker,
        asgi_routes=[("/livez", livez), ("/readyz", readyz), ("/metrics", exposition)],
        after_startup=[process.start],
        on_shutdown=[process.stop, traces.end],
        logger=None,
    )


def serve(service: Service) -> None:
    """Run one replica until SIGTERM or SIGINT; exit status 1 when a part of it failed."""
    settings = read_settings()
    logging.configure(service.name, settings)
    traces.begin(service.name)
    # A batch makes many objects and hardly a cycle: at the default the collector would look a hundred times in each.
    gc.set_threshold(100_000, 20, 20)

    def end() -> None:
        # A signal would be the exit status, whatever failed.
        server.should_exit = True

    process = Process(service, settings, end)
    metrics.READY.set_function(lambda: not process.state.unready())
    for breaker in (process.state.database, process.state.bus):
        metrics.BREAKER.labels(breaker.what).set(0)
    config = uvicorn.Config(
        _application(process),
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http="h11",
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if process.failed or not server.started:
        raise SystemExit(1)
