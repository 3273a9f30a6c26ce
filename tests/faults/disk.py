"""Small disks: a file system of its own, where this machine lets us mount one, for the outboxes and for the bus.

Elsewhere a trigger says what PostgreSQL says when a disk is full, and the bus's disks are left as they are.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import asyncpg

SCHEMAS = ("patrol", "cases", "notify")
ROOMY, TIGHT_BYTES = "50%", 65_536
FULL = """
CREATE FUNCTION {0}.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON {0}.outbox EXECUTE FUNCTION {0}.full_disk();
"""
FREE = "DROP TRIGGER full_disk ON {0}.outbox; DROP FUNCTION {0}.full_disk()"


class Disk:
    """A place with a size; `real` says whether it has one."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.real = False

    def make(self) -> None:
        self.place.mkdir(exist_ok=True)
        self.real = self._mount("-t", "tmpfs", "-o", f"size={ROOMY}", "linzhang-faults")

    def fill(self) -> None:
        """Next to nothing more goes in."""
        if self.real:
            disk = os.statvfs(self.place)
            used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
            assert self._mount("-o", f"remount,size={used + TIGHT_BYTES}")

    def free(self) -> None:
        if self.real:
            assert self._mount("-o", f"remount,size={ROOMY}")

    def _mount(self, *how: str) -> bool:
        if os.geteuid() != 0 or shutil.which("mount") is None:
            return False
        return subprocess.run(["mount", *how, str(self.place)], capture_output=True, check=False).returncode == 0

    def take_away(self) -> None:
        if self.real:
            subprocess.run(["umount", "--lazy", str(self.place)], check=True)
            self.real = False


class Outboxes:
    """The disk that the outboxes lie on, or the trigger in its place."""

    def __init__(self, place: Path) -> None:
        self.disk = Disk(place)

    async def make(self, admin: asyncpg.Connection, owner: int) -> None:
        """Move the outboxes onto it; `owner` is the user that PostgreSQL runs as."""
        self.disk.make()
        if not self.disk.real:
            return
        os.chown(self.disk.place, owner, -1)
        await admin.execute(f"CREATE TABLESPACE small LOCATION '{self.disk.place}'")
        for schema in SCHEMAS:
            await admin.execute(f"ALTER TABLE {schema}.outbox SET TABLESPACE small")

    async def full_for(self, seconds: float, admin: asyncpg.Connection) -> None:
        """No outbox can grow for a while."""
        if self.disk.real:
            self.disk.fill()
            await asyncio.sleep(seconds)
            self.disk.free()
        else:
            await admin.execute("".join(FULL.format(schema) for schema in SCHEMAS))
            await asyncio.sleep(seconds)
            await admin.execute(";".join(FREE.format(schema) for schema in SCHEMAS))
