"""The folders of a volume in which each container finds its own secrets, and nobody else's."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.private import write_private

OURS, POSTGRES = 10001, 999
"""Who runs our images and the bus, and who runs PostgreSQL's."""
_ENTERED, _READ = 0o500, 0o400


@dataclass(frozen=True, slots=True)
class Folder:
    """One container's part of the volume: its owner alone reads it."""

    path: Path
    owner: int = OURS

    def make(self) -> None:
        self.path.mkdir(exist_ok=True)

    def has(self, name: str) -> bool:
        return (self.path / name).exists()

    def put(self, name: str, text: str) -> None:
        """Replace a file at once where it changes; whoever reads it sees the old one or the new one."""
        if not self.has(name) or self.read(name) != text:
            write_private(self.path / name, text)
            os.chown(self.path / name, self.owner, self.owner)

    def read(self, name: str) -> str:
        return (self.path / name).read_text()

    def hand_over(self, writes: bool = False) -> None:
        """To its owner, who may read it, or write in it too."""
        for file in self.path.iterdir():
            # Who writes here too may have renamed it meanwhile.
            with suppress(FileNotFoundError):
                os.chown(file, self.owner, self.owner)
                file.chmod(_READ | (0o200 if writes else 0))
        os.chown(self.path, self.owner, self.owner)
        self.path.chmod(_ENTERED | (0o200 if writes else 0))
