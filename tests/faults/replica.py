"""One replica of a service as a process of its own, which can be killed, held and started anew."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from deploy.local.ports import LOOPBACK, free_port
from tests.faults.tree import HERE, Tree


class Counts(NamedTuple):
    """What a replica has counted since it was started: deliveries that the bus repeated, repeats set aside."""

    redelivered: int
    repeats: int


class Replica:
    """Its settings stay from one start to the next, unless a start says otherwise."""

    def __init__(self, service: str, n: int, settings: Mapping[str, str], log: Path, tree: Tree = HERE) -> None:
        self.service = service
        self.tree = tree
        self.name = f"{service}-{n}"
        self.http_port = free_port()
        self.module = f"services.{service}"
        self._settings = dict(settings)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.wanted = False
        self.counts: dict[int, Counts] = {}

    def start(self, **settings: str) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.tree.path),
            **self._settings,
            "LINZHANG_HTTP_PORT": str(self.http_port),
            **settings,
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.tree.python, "-m", self.module], cwd=self.tree.path, env=environment, stdout=log, stderr=log
            )
        self.wanted = True

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def last_words(self) -> list[str]:
        """What it said last, frames of tracebacks aside."""
        lines = self._log.read_text(errors="replace").splitlines()
        said = [line for line in lines if line and line[0] not in " │╭╰"]
        return said[-15:]

    def kill(self) -> None:
        """As the kernel kills: no goodbye."""
        self.wanted = False
        if self._process is not None and not self.ended:
            self._process.kill()
            self._process.wait()

    async def stop(self) -> None:
        """As a supervisor stops: it may finish what it is at."""
        self.wanted = False
        if self._process is None or self.ended:
            return
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, 10)
        except subprocess.TimeoutExpired:
            self.kill()

    async def hold(self, seconds: float) -> None:
        os.kill(self.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.http_port}{path}", timeout=1) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError as error:
            return 0, str(error)

    def count(self) -> None:
        """Look at what it has counted; kept by its pid, since a new process begins anew."""
        pid = self.pid
        status, exposition = self.get("/metrics")
        if status == 200:
            redelivered = _sum(exposition, "linzhang_messages_redelivered_total")
            self.counts[pid] = Counts(redelivered, _sum(exposition, "linzhang_messages_total", 'outcome="repeated"'))

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def _sum(exposition: str, name: str, label: str = "") -> int:
    lines = (line for line in exposition.splitlines() if line.startswith(name) and label in line)
    return int(sum(float(line.rpartition(" ")[2]) for line in lines))
