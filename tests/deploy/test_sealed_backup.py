"""A backup with a passphrase holds nothing in the clear, and is opened by that one alone."""

import json

import pytest

from deploy.backup import sealed
from deploy.local import backups
from deploy.local.backups import BackupFailed
from deploy.local.home import Home
from tests.deploy.backed_up import KEPT, again, refused

pytestmark = pytest.mark.served

PASSPHRASE = b"four words of no poem"


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
