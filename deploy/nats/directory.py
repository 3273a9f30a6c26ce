"""The directory that a provisioner shares with the bus server: who may come, and the accounts that the server reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from deploy.comeback.lost import LOST_FILE, Lost
from deploy.local.private import GROUP_READS, write_private
from deploy.nats.accounts import accounts_configuration
from deploy.nats.server import ACCOUNTS_FILE
from deploy.nats.telling import reload
from deploy.nats.users import Users
from deploy.nats.users_file import UsersFile

HASHES_FILE = "hashes.json"
"""Of the passwords of our own users, by their names; written by who makes those."""


class Directory:
    """`system` is the address of the bus for the user of the system account, `address` for the provisioner.

    `certificate` is the servers', which read it anew where it has changed.
    """

    def __init__(
        self,
        path: Path,
        address: Callable[[], str],
        system: Callable[[], str],
        ca_file: Path | None,
        certificate: Path | None = None,
    ) -> None:
        self.path, self.address, self._system, self._ca_file = path, address, system, ca_file
        self.users_file = UsersFile(path / "users.json")
        self.lost = Lost(path / LOST_FILE)
        self.users = Users(makes_passwords=False)
        self._watched = [path / HASHES_FILE, *([certificate] if certificate else [])]
        self._read_at: list[int] = []
        self._reached: frozenset[str] = frozenset()

    @property
    def has_changed(self) -> bool:
        """Whether others have written here what no server was told yet. Raises OSError."""
        return self._written_at() != self._read_at

    def _written_at(self) -> list[int]:
        return [file.stat().st_mtime_ns for file in self._watched]

    async def take_up(self) -> str:
        self._read_at = self._written_at()
        self.users.hashes = json.loads((self.path / HASHES_FILE).read_text())
        file = self.path / ACCOUNTS_FILE
        stood = file.read_text() if file.exists() else ""
        write_private(file, accounts_configuration(self.users), GROUP_READS)
        self._reached, refused = await reload(self._system(), self._ca_file)
        if refused:
            write_private(file, stood, GROUP_READS)
            if self._reached:
                # Some have taken it up: all are to know the same.
                await reload(self._system(), self._ca_file)
        return refused

    async def reach_others(self) -> str:
        """Servers that were away when the others were told: why one goes on as before, empty where none does."""
        reached, refused = await reload(self._system(), self._ca_file, but=self._reached)
        self._reached |= reached
        return refused

    def kept(self) -> None:
        """Nobody else has to know."""
