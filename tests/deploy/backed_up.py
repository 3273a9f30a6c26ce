"""A system that is backed up, and one that goes on from a backup."""

import asyncpg
import pytest

from contracts.wiring.table import SERVICES
from deploy.database.roles import make_roles
from deploy.local import backups
from deploy.local.backups import BackupFailed
from deploy.local.home import Home, Run
from deploy.local.postgres import Postgres
from services.runtime.tables.migrate import migrate_async

KEPT = {"passwords.json": b'{"cases": "s3cret-of-cases"}', "users.json": b"[]", "postgres/password": b"s3cret"}


class System:
    """What a backup is made of: a home with its server, and a service's schema in it."""

    def __init__(self, path):
        self.home = Home(path)
        self.server = None

    async def start(self, **settings):
        self.home.make()
        self.server = Postgres.prepare(self.home.path / "postgres")
        self.server.settings = settings
        self.server.start(fsync="off")
        return self

    async def fill(self):
        for name, content in KEPT.items():
            if not name.startswith("postgres"):
                (self.home.path / name).write_bytes(content)
        admin = await asyncpg.connect(self.server.admin_dsn)
        await admin.execute("CREATE DATABASE linzhang")
        await admin.close()
        inside = await self.sql()
        await make_roles(inside, {"targets": "x"})
        await inside.close()
        await migrate_async("targets", self.server.dsn("targets", "x", "linzhang"))
        return self

    async def sql(self):
        return await asyncpg.connect(self.server.dsn("linzhang", self.server.password, "linzhang"))

    async def count(self, value):
        sql = await self.sql()
        await sql.execute("INSERT INTO targets.counters VALUES ($1, 1)", value)
        await sql.close()

    async def counted(self):
        sql = await self.sql()
        found = [row["name"] for row in await sql.fetch("SELECT name FROM targets.counters ORDER BY name")]
        await sql.close()
        return found

    @property
    def run(self):
        names = dict.fromkeys(SERVICES, "")
        return Run(
            nats_port=1, postgres_port=self.server.port, pids={}, born={}, http_ports={}, databases=names,
            passwords=names, clock="system", users_at=0, left_out=[],
        )  # fmt: skip

    def backup(self, to, passphrase=None):
        return backups.backup(self.home, self.run, to, passphrase)


def refused(work, *arguments, **more):
    with pytest.raises(BackupFailed) as failed:
        work(*arguments, **more)
    return failed.value.key


async def again(path):
    """A system that goes on in a home."""
    return await System(path).start()
