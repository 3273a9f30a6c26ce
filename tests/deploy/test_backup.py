"""A backup is whole, verified and of one moment, or there is none; what is restored is what was backed up."""

import hashlib
import json
import os
import shutil
import stat
import subprocess

import asyncpg
import pytest

from contracts.wiring.table import SERVICES
from deploy.backup import sealed
from deploy.comeback.lost import Loss
from deploy.database.roles import make_roles
from deploy.local import backups
from deploy.local.backups import BackupFailed
from deploy.local.comeback import loss
from deploy.local.home import Home, Run
from deploy.local.postgres import Postgres, temporary_home
from services.runtime.tables.migrate import migrate_async
from services.runtime.tables.schema import RELEASE

PASSPHRASE = b"four words of no poem"
KEPT = {"passwords.json": b'{"cases": "s3cret-of-cases"}', "users.json": b"[]", "postgres/password": b"s3cret"}
pytestmark = pytest.mark.served


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


@pytest.fixture
def place():
    path = temporary_home()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
async def system(place):
    found = await (await System(place / "home").start()).fill()
    yield found
    found.server.stop()


@pytest.fixture
async def whole(place, system):
    """A backup with one row in it."""
    await system.count("before")
    system.backup(place / "backup")
    return place / "backup"


def did(*command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def refused(work, *arguments, **more):
    with pytest.raises(BackupFailed) as failed:
        work(*arguments, **more)
    return failed.value.key


async def again(path):
    """A system that goes on in a home."""
    return await System(path).start()


async def test_what_is_restored_is_what_was_backed_up_and_nothing_since(place, system, whole):
    await system.count("since")
    stated = json.loads((whole / "backup.json").read_text())
    assert sorted(stated) == ["began_at", "bytes", "finished_at", "postgres", "release", "serves_from"]
    assert stated["began_at"] <= stated["finished_at"]
    assert stated["release"] == RELEASE
    home = Home(place / "other")
    assert backups.restore(home, whole) == stated
    assert loss(home) == Loss.DATABASE
    for name in ("passwords.json", "users.json"):
        assert (home.path / name).read_bytes() == KEPT[name]
    other = await again(home.path)
    assert await other.counted() == ["before"]
    other.server.stop()


async def test_what_was_archived_since_is_gone_through_to_its_end_or_to_a_moment(place):
    archive = place / "archive"
    system = await (await System(place / "home").start(**backups.archiving(archive))).fill()
    await system.count("before")
    system.backup(place / "backup")
    await system.count("since")
    sql = await system.sql()
    moment = (await sql.fetchval("SELECT clock_timestamp()")).isoformat()
    await sql.execute("INSERT INTO targets.counters VALUES ('later', 1)")
    await sql.close()
    # A server that ends hands its last piece over.
    system.server.stop()
    for until, expected in ((None, ["before", "later", "since"]), (moment, ["before", "since"])):
        home = Home(place / f"to-{until is None}")
        backups.restore(home, place / "backup", archive, until)
        other = await again(home.path)
        assert await other.counted() == expected
        other.server.stop()


async def test_there_is_no_backup_until_it_is_whole(place, system, whole):
    assert refused(system.backup, whole) == "not_empty"
    system.server.stop()
    assert refused(system.backup, place / "second") == "database"
    assert sorted(path.name for path in place.iterdir()) == ["backup", "home"]
    assert not list((system.home.path / "postgres").glob("pgpass*"))


async def test_a_full_disk_leaves_nothing_behind(place, system):
    small = place / "small"
    small.mkdir()
    if os.geteuid() != 0 or not did("mount", "-t", "tmpfs", "-o", "size=8m", "linzhang-test", str(small)):
        pytest.skip("only root mounts a disk of its own")
    try:
        assert refused(system.backup, small / "backup") == "no_room"
        assert list(small.iterdir()) == []
    finally:
        assert did("umount", str(small))


async def test_a_backup_is_its_owners_alone(whole):
    assert stat.S_IMODE(whole.stat().st_mode) == 0o711
    assert stat.S_IMODE((whole / "database").stat().st_mode) == 0o700
    assert stat.S_IMODE((whole / "secrets.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("what", "key"),
    [
        (lambda at: (at / "backup.json").unlink(), "not_whole"),
        (lambda at: (at / "backup.json").write_text("{"), "not_whole"),
        (lambda at: (at / "database" / "global" / "1262").unlink(), "damaged"),
        (lambda at: (at / "database" / "global" / "1262").write_bytes(b"x"), "damaged"),
        (lambda at: (at / "database" / "backup_manifest").write_text("{}\n"), "damaged"),
        (lambda at: next((at / "database" / "pg_wal").glob("0*")).write_bytes(b""), "damaged"),
        (lambda at: (at / "secrets.json").write_text("{}"), "secrets_damaged"),
    ],
)
async def test_a_backup_that_is_not_what_it_was_is_refused_and_leaves_the_home_as_it_was(place, whole, what, key):
    what(whole)
    home = Home(place / "other")
    assert refused(backups.restore, home, whole) == key
    assert not (home.path / "postgres" / "data").exists()
    assert not (home.path / "lost.json").exists()


async def test_a_backup_of_another_postgresql_is_refused(place, whole):
    (whole / "database" / "PG_VERSION").write_text("12\n")
    manifest = whole / "database" / "backup_manifest"
    kept = [line for line in manifest.read_text().splitlines(keepends=True)[:-1] if '"PG_VERSION"' not in line]
    manifest.write_text("".join(kept))
    summed = hashlib.sha256(manifest.read_bytes()).hexdigest()
    manifest.write_text(f'{manifest.read_text()}"Manifest-Checksum": "{summed}"}}\n')
    assert refused(backups.restore, Home(place / "other"), whole) == "other_postgres"


@pytest.mark.parametrize(("serves_from", "key"), [(RELEASE, None), (RELEASE + 1, "too_new")])
async def test_a_backup_of_a_schema_that_does_not_serve_this_code_is_refused(place, whole, serves_from, key):
    stated = json.loads((whole / "backup.json").read_text())
    (whole / "backup.json").write_text(json.dumps({**stated, "serves_from": serves_from}))
    if key is None:
        backups.restore(Home(place / "other"), whole)
    else:
        assert refused(backups.restore, Home(place / "other"), whole) == key


async def test_a_database_that_is_there_is_kept_aside_and_only_when_asked(place, system, whole):
    system.server.stop()
    (system.home.path / "users.json").write_text('["newer"]')
    assert refused(backups.restore, system.home, whole) == "data_there"
    backups.restore(system.home, whole, replace=True)
    aside = [path for path in (system.home.path / "postgres").iterdir() if path.name.startswith("data.")]
    assert [(path / "PG_VERSION").exists() for path in aside] == [True]
    assert (system.home.path / "users.json").read_text() == '["newer"]'
    other = await again(system.home.path)
    assert await other.counted() == ["before"]
    other.server.stop()


def test_secrets_are_opened_by_their_passphrase_alone(tmp_path):
    sealed.keep(KEPT, tmp_path / "sealed", PASSPHRASE)
    sealed.keep(KEPT, tmp_path / "plain", None)
    assert sealed.opened(tmp_path / "sealed", PASSPHRASE) == sealed.opened(tmp_path / "plain", None) == KEPT
    assert b"s3cret" not in (tmp_path / "sealed").read_bytes()
    for passphrase, why in ((None, "sealed"), (b"another", "wrong")):
        with pytest.raises(sealed.NotOpened, match=why):
            sealed.opened(tmp_path / "sealed", passphrase)
    stated = json.loads((tmp_path / "sealed").read_text())
    (tmp_path / "sealed").write_text(json.dumps({**stated, "content": stated["content"][:-8] + "AAAAAAA="}))
    with pytest.raises(sealed.NotOpened, match="wrong"):
        sealed.opened(tmp_path / "sealed", PASSPHRASE)


def test_a_passphrase_is_the_first_line_of_its_file(tmp_path):
    (tmp_path / "one").write_bytes(b" four words of no poem \nand what does not count\n")
    (tmp_path / "none").write_bytes(b"\n")
    assert sealed.passphrase_in(tmp_path / "one") == PASSPHRASE
    with pytest.raises(sealed.NotOpened, match="empty"):
        sealed.passphrase_in(tmp_path / "none")


@pytest.fixture
async def sealed_whole(place, system):
    """A sealed backup with one row in it."""
    await system.count("before")
    system.backup(place / "sealed", PASSPHRASE)
    return place / "sealed"


async def test_a_sealed_backup_holds_nothing_in_the_clear_and_comes_back(place, system, sealed_whole):
    assert sorted(path.name for path in sealed_whole.iterdir()) == ["backup.json", "database.sealed", "secrets.json"]
    for path in sealed_whole.iterdir():
        content = path.read_bytes()
        assert not any(one in content for one in (b"before", b"s3cret", b"PG_VERSION", b"counters"))
    assert [path.name for path in (system.home.path / "postgres").iterdir() if path.name.endswith(".part")] == []
    home = Home(place / "other")
    backups.restore(home, sealed_whole, passphrase=PASSPHRASE)
    assert sorted(path.name for path in (home.path / "postgres").iterdir() if path.name.endswith(".part")) == []
    other = await again(home.path)
    assert await other.counted() == ["before"]
    other.server.stop()


def _without_its_end(file):
    file.write_bytes(file.read_bytes()[:-1000])


def _with_a_bit_turned(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("what", "passphrase", "key"),
    [
        (lambda file: None, b"another", "secrets_wrong"),
        (lambda file: None, None, "secrets_sealed"),
        (_without_its_end, PASSPHRASE, "data_altered"),
        (_with_a_bit_turned, PASSPHRASE, "data_altered"),
        (lambda file: file.write_bytes(b""), PASSPHRASE, "data_damaged"),
    ],
)
async def test_a_sealed_backup_that_is_not_opened_leaves_the_database_that_is_there(
    place, system, sealed_whole, what, passphrase, key
):
    what(sealed_whole / "database.sealed")
    system.server.stop()
    with pytest.raises(BackupFailed) as failed:
        backups.restore(system.home, sealed_whole, passphrase=passphrase, replace=True)
    assert failed.value.key == key
    assert not (system.home.path / "lost.json").exists()
    assert sorted(path.name for path in (system.home.path / "postgres").iterdir() if "data" in path.name) == ["data"]
    other = await again(system.home.path)
    assert await other.counted() == ["before"]
    other.server.stop()


async def test_data_sealed_by_another_passphrase_than_the_secrets_is_told_before_anything_is_touched(
    place, system, sealed_whole
):
    sealed.keep(KEPT, sealed_whole / "secrets.json", b"another")
    assert refused(backups.restore, Home(place / "other"), sealed_whole, passphrase=b"another") == "data_wrong"
    assert not (place / "other" / "postgres").exists()
