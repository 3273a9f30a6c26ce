"""The services of an embedded system: a process of each, what it said last, and how all of them end."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.wiring.table import SERVICES
from deploy.local.looking import http_get
from deploy.local.ports import free_port, is_free
from deploy.local.processes import ENDS_WITHIN_S

Log = Callable[[str, str], None]
"""Takes one line: of whom, and what."""

HTTP_PORT = 8101
READY_WITHIN_S = 60.0
PORT_TRIES = 3
LAST_WORDS = 20


class ServiceFailed(Exception):
    """A service did not become ready; the message ends with what it said last."""


@dataclass
class Replicas:
    """`settings` are what a service is started with besides its port, `started` is called when one was started anew."""

    log: Log
    settings: Callable[[str], dict[str, str]]
    started: Callable[[], object]
    ports: dict[str, int] = field(default_factory=dict)
    _processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _started_at: dict[str, float] = field(default_factory=dict)
    _readers: set[asyncio.Task[None]] = field(default_factory=set)
    _last_words: dict[str, list[str]] = field(default_factory=dict)

    async def start(self, name: str) -> None:
        if name not in self.ports or not is_free(self.ports[name]):
            self.ports[name] = free_port(HTTP_PORT + SERVICES.index(name))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"services.{name}"),
            env={**os.environ, **self.settings(name), "LINZHANG_HTTP_PORT": str(self.ports[name])},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._processes[name] = process
        self._started_at[name] = time.monotonic()
        assert process.stderr is not None
        reader = asyncio.create_task(self._read(name, process.stderr))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)

    async def _read(self, name: str, said: asyncio.StreamReader) -> None:
        words = self._last_words[name] = []
        while True:
            try:
                line = await said.readline()
            except ValueError:
                # Who reads no more stops the service: it waits for room to say the next.
                line = b"(said too much in one line)\n"
            if not line:
                return
            words.append(line.decode(errors="replace").rstrip())
            del words[:-LAST_WORDS]
            self.log(name, words[-1])

    async def ready(self, name: str) -> None:
        """Wait until it is. Raises ServiceFailed."""
        until = time.monotonic() + READY_WITHIN_S
        tries = 1
        while True:
            status, said = await asyncio.to_thread(http_get, self.ports[name], "/readyz")
            # A full stream is for a person to see to: the system runs, and can be looked at.
            if status == 200 or (said and all(line.startswith("stream ") for line in said.splitlines())):
                return
            if self._processes[name].returncode is not None:
                if tries < PORT_TRIES and not is_free(self.ports[name]):
                    # Somebody was quicker between the look and the listening.
                    tries += 1
                    await self.start(name)
                    self.started()
                    continue
                raise ServiceFailed(f"{name} ended: " + "\n".join(self._last_words.get(name, ())))
            if time.monotonic() > until:
                raise ServiceFailed(f"{name} is not ready: {said.strip()}")
            await asyncio.sleep(0.05)

    def how(self) -> dict[str, tuple[int | None, float]]:
        """Of each how it ended, if it did, and when it was started."""
        return {name: (process.returncode, self._started_at[name]) for name, process in self._processes.items()}

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self._processes.items()}

    async def stop(self) -> None:
        """All at once, and within one time; what has ended already is left alone."""
        living = [process for process in self._processes.values() if process.returncode is None]
        if not living:
            return
        ending = [asyncio.create_task(process.wait()) for process in living]
        for process in living:
            process.terminate()
        await asyncio.wait(ending, timeout=ENDS_WITHIN_S)
        for process in living:
            if process.returncode is None:
                process.kill()
        await asyncio.wait(ending)
