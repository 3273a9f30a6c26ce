"""What the embedded system keeps is its owner's alone, whatever the umask of who starts it."""

import os
import shutil
import stat

import pytest

from deploy.local.home import Home
from deploy.local.postgres import temporary_home
from deploy.local.private import write_private
from deploy.nats.users_file import HomeRefused
from tests.cli.conftest import Up, linzhang


@pytest.fixture
def open_to_all():
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.served
async def test_nobody_else_enters_or_reads_though_the_umask_lets_everybody(open_to_all):
    path = temporary_home()
    path.chmod(0o777)
    up = await Up(path, "--sync", "2m").start()
    try:
        assert (
            linzhang(path, "user", "add", "integrator", "acme", "--format", "json", "--out", str(path / "acme"))[0] == 0
        )
        # Who runs the database is somebody else where root starts it, and has to pass.
        assert mode(path) == (0o710 if os.geteuid() == 0 else 0o700)
        assert (mode(path / "nats"), mode(path / "postgres")) == (0o700, 0o700)
        files = [one for one in (*path.iterdir(), *path.glob("nats/**/*"), *path.glob("postgres/*")) if one.is_file()]
        assert len(files) > 10
        assert {one.name: oct(mode(one)) for one in files if mode(one) & 0o077} == {}
    finally:
        await up.end()
        shutil.rmtree(path, ignore_errors=True)


def test_what_is_made_on_the_way_to_a_home_is_not_open_to_all(open_to_all, tmp_path):
    Home(tmp_path / "a" / "b" / "home").make()
    assert [oct(mode(one)) for one in (tmp_path / "a", tmp_path / "a" / "b")] == ["0o755", "0o755"]


def test_a_file_that_cannot_be_written_is_named_and_nothing_of_it_is_left(tmp_path):
    with pytest.raises(FileNotFoundError) as refused:
        write_private(tmp_path / "none" / "acme.json", "{}")
    assert refused.value.filename == str(tmp_path / "none" / "acme.json")
    write_private(tmp_path / "acme.json", "{}")
    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "acme.json", "\ud800")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("acme.json", "{}")]


def test_a_directory_that_holds_other_things_is_left_as_it_is(tmp_path):
    (tmp_path / "letters.txt").touch()
    tmp_path.chmod(0o755)
    with pytest.raises(HomeRefused, match="holds other things"):
        Home(tmp_path).make()
    assert mode(tmp_path) == 0o755
