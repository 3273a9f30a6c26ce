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
    """`system` is the address of the bus for the user of the system account, `address` for the provisioner."""

    def __init__(self, path: Path, address: Callable[[], str], system: Callable[[], str], ca_file: Path | None) -> None:
        self.path, self.address, self._system, self._ca_file = path, address, system, ca_file
        self.users_file = UsersFile(path / "users.json")
        self.lost = Lost(path / LOST_FILE)
        self.users = Users(makes_passwords=False)
        self._hashes_at = 0.0

    @property
    def hashes_changed(self) -> bool:
        return self._changed_at() != self._hashes_at

    def _changed_at(self) -> float:
        return (self.path / HASHES_FILE).stat().st_mtime

    async def take_up(self) -> str:
        self._hashes_at = self._changed_at()
        self.users.hashes = json.loads((self.path / HASHES_FILE).read_text())
        file = self.path / ACCOUNTS_FILE
        stood = file.read_text() if file.exists() else ""
        write_private(file, accounts_configuration(self.users), GROUP_READS)
        refused = await reload(self._system(), self._ca_file)
        if refused:
            write_private(file, stood, GROUP_READS)
        return refused

    def kept(self) -> None:
        """Nobody else has to know."""
