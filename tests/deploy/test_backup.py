"""A backup is whole, verified and of one moment, or there is none; what is restored is what was backed up."""

import fcntl
import hashlib
import json
import os
import stat
import subprocess

import pytest

from deploy.comeback.lost import Loss
from deploy.local import backups
from deploy.local.comeback import loss
from deploy.local.home import Home
from deploy.local.private import open_private
from services.runtime.tables.schema import RELEASE
from tests.deploy.backed_up import KEPT, System, again, refused

pytestmark = pytest.mark.served


@pytest.fixture
async def whole(place, system):
    """A backup with one row in it."""
    await system.count("before")
    system.backup(place / "backup")
    return place / "backup"


def did(*command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


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


async def test_while_a_backup_is_made_no_other_is_begun(place, system):
    with open_private(system.home.path / "backup.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert refused(system.backup, place / "backup") == "made_already"
    assert not (place / "backup").exists()
    system.backup(place / "backup")


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
