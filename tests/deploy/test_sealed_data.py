"""A sealed stream gives back what went in, or says what was done to it; nothing comes out that was not proved."""

import io
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from importlib.resources import files
from pathlib import Path

import pytest

from deploy.backup import chunks, sealed_data
from deploy.backup.chunks import HEAD_BYTES, PIECE_BYTES, TAG_BYTES, Opening, Sealing
from deploy.backup.sealed import NotOpened

PASSPHRASE = b"four words of no poem"
WHOLE = PIECE_BYTES + TAG_BYTES
LENGTHS = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES]
pytestmark = pytest.mark.served


def sealed(path, content, passphrase=PASSPHRASE, at_once=None):
    with path.open("wb") as file:
        sealing = Sealing(file, passphrase)
        for at in range(0, len(content), at_once or len(content) or 1):
            sealing.write(content[at : at + (at_once or len(content))])
        sealing.finish()
    return path


def opened(path, passphrase=PASSPHRASE):
    with path.open("rb") as file:
        return io.BufferedReader(Opening(file, passphrase)).read()


def why(path, passphrase=PASSPHRASE):
    with pytest.raises(NotOpened) as refused:
        opened(path, passphrase)
    return str(refused.value)


@pytest.mark.parametrize("at_once", [None, 10_240])
@pytest.mark.parametrize("length", LENGTHS)
def test_what_goes_in_comes_out_whatever_its_length_and_in_which_steps(tmp_path, length, at_once):
    content = os.urandom(length)
    assert opened(sealed(tmp_path / "one", content, at_once=at_once)) == content


def test_nothing_of_it_can_be_read_in_the_file_and_the_same_is_never_sealed_the_same(tmp_path):
    first, second = (sealed(tmp_path / name, b"s3cret " * 1000).read_bytes() for name in ("first", "second"))
    assert b"s3cret" not in first
    assert [a for a, b in zip(_pieces(first), _pieces(second), strict=True) if a == b] == []


def _pieces(content):
    return [content[at : at + WHOLE] for at in range(HEAD_BYTES, len(content), WHOLE)]


def _rebuilt(content, pieces):
    return content[:HEAD_BYTES] + b"".join(pieces)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (lambda c, p: _rebuilt(c, p[:-1]), "cut"),
        (lambda c, p: _rebuilt(c, p[:1]), "cut"),
        (lambda c, p: _rebuilt(c, []), "cut"),
        (lambda c, p: c[:-1], "altered"),
        (lambda c, p: c + b"x", "longer"),
        (lambda c, p: _rebuilt(c, [*p, p[-1]]), "longer"),
        (lambda c, p: _rebuilt(c, [p[1], p[0], p[2]]), "moved"),
        (lambda c, p: _rebuilt(c, [p[0], p[0], p[1], p[2]]), "moved"),
        (lambda c, p: _rebuilt(c, [p[0], p[2]]), "moved"),
        (lambda c, p: _rebuilt(c, [p[0], p[1][:-1] + bytes([p[1][-1] ^ 1]), p[2]]), "altered"),
        (lambda c, p: _rebuilt(c, [p[0], bytes([p[1][0] ^ 1]) + p[1][1:], p[2]]), "altered"),
        (lambda c, p: c[: HEAD_BYTES - 1], "damaged"),
        (lambda c, p: b"", "damaged"),
        (lambda c, p: b"L" + c[1:], "damaged"),
        (lambda c, p: c[:20] + bytes([c[20] ^ 1]) + c[21:], "wrong"),
    ],
)
def test_what_was_done_to_it_is_refused_and_named(tmp_path, what, told):
    file = sealed(tmp_path / "one", os.urandom(3 * PIECE_BYTES))
    content = file.read_bytes()
    file.write_bytes(what(content, _pieces(content)))
    assert why(file) == told


@pytest.mark.parametrize("what", [lambda c: c[:-1], lambda c: c + b"x"])
def test_a_short_last_piece_that_is_shorter_or_longer_is_not_taken(tmp_path, what):
    file = sealed(tmp_path / "one", os.urandom(PIECE_BYTES + 5))
    file.write_bytes(what(file.read_bytes()))
    assert why(file) == "altered"


def test_a_piece_of_another_file_is_no_piece_of_this_one(tmp_path):
    """Sealed by the same process and the same passphrase, in the same place."""
    one, other = (sealed(tmp_path / name, os.urandom(2 * PIECE_BYTES)).read_bytes() for name in ("one", "other"))
    (tmp_path / "one").write_bytes(_rebuilt(one, [_pieces(one)[0], _pieces(other)[1]]))
    assert why(tmp_path / "one") == "altered"


def test_another_passphrase_is_told_before_anything_is_read(tmp_path):
    file = sealed(tmp_path / "one", b"x" * PIECE_BYTES)
    with file.open("r+b") as cut:
        cut.truncate(HEAD_BYTES)  # all that it needs
    for passphrase, told in ((b"another", "wrong"), (None, "sealed")):
        with pytest.raises(NotOpened, match=told):
            chunks.prove(file, passphrase)
    chunks.prove(file, PASSPHRASE)


def test_a_long_stream_passes_through_little_memory(tmp_path):
    with (tmp_path / "one").open("wb") as file:
        sealing = Sealing(file, PASSPHRASE)
        tracemalloc.start()
        for _ in range(64):
            sealing.write(bytes(PIECE_BYTES))
        sealing.finish()
    with (tmp_path / "one").open("rb") as file:
        opening = Opening(file, PASSPHRASE)
        while opening.read(PIECE_BYTES):
            pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 * PIECE_BYTES


@pytest.fixture
def kept(tmp_path):
    """A folder of backups with one that is whole, one that is just being made, and an archived log."""
    backups = tmp_path / "backups"
    for name in ("whole", "made.part"):
        (backups / "base" / name / "database" / "global").mkdir(parents=True)
        (backups / "base" / name / "database" / "global" / "1262").write_bytes(b"s3cret " * 200_000)
    (backups / "base" / "whole" / "backup.json").write_text(json.dumps({"release": 1}))
    (backups / "wal").mkdir()
    (backups / "wal" / "000000010000000000000001").write_bytes(b"s3cret " * 100)
    (backups / "wal" / "000000010000000000000002.part").write_bytes(b"half")
    (tmp_path / "passphrase").write_bytes(PASSPHRASE + b"\n")
    return backups


def run(*arguments):
    done = subprocess.run(
        (sys.executable, "-m", "deploy.backup.sealed_data", *map(str, arguments)),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def test_all_that_is_whole_is_sealed_and_what_is_opened_is_what_it_was(kept, tmp_path):
    assert run("seal-all", kept, tmp_path / "passphrase") == (0, "sealed 2", "")
    left = {str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()}
    assert left == {
        "base/made.part/database/global/1262",
        "base/whole/backup.json",
        "base/whole/database.sealed",
        "wal/000000010000000000000001.sealed",
        "wal/000000010000000000000002.part",
    }
    for file in kept.rglob("*.sealed"):
        assert b"s3cret" not in file.read_bytes()
    (kept / "wal" / "000000010000000000000003").write_bytes(b"since")
    assert run("open-all", kept, "whole", tmp_path / "passphrase") == (0, "", "")
    found = {str(p.relative_to(kept / "open")): p.read_bytes() for p in (kept / "open").rglob("*") if p.is_file()}
    assert found == {
        "base/whole/backup.json": b'{"release": 1}',
        "base/whole/database/global/1262": b"s3cret " * 200_000,
        "wal/000000010000000000000001": b"s3cret " * 100,
        "wal/000000010000000000000003": b"since",
    }


def test_a_piece_of_the_log_that_is_not_what_it_was_leaves_nothing_open(kept, tmp_path):
    (kept / "wal" / "000000010000000000000004").write_bytes(b"s3cret " * 10)
    assert run("seal-all", kept, tmp_path / "passphrase")[1] == "sealed 3"
    damaged = kept / "wal" / "000000010000000000000001.sealed"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    assert run("open-all", kept, "whole", tmp_path / "passphrase")[0] == 1
    assert not (kept / "open").exists()


def test_what_is_opened_is_for_its_owner_alone(kept, tmp_path):
    run("seal-all", kept, tmp_path / "passphrase")
    run("open-all", kept, "whole", tmp_path / "passphrase")
    assert (kept / "open").stat().st_mode & 0o077 == 0


def test_sealed_twice_it_is_sealed_once(kept, tmp_path):
    assert run("seal-all", kept, tmp_path / "passphrase")[1] == "sealed 2"
    assert run("seal-all", kept, tmp_path / "passphrase")[1] == "sealed 0"


def test_what_is_sealed_stays_as_it_is_whatever_lies_open_beside_it(kept, tmp_path):
    """A seal that was killed while it took the open one away; a log that another database archived under its names."""
    (kept / "base" / "made.part" / "backup.json").write_text("{}")
    assert run("seal-all", kept, tmp_path / "passphrase")[1] == "sealed 2"
    whole, piece = kept / "base" / "whole" / "database.sealed", kept / "wal" / "000000010000000000000001"
    stood = whole.read_bytes(), piece.with_name(f"{piece.name}.sealed").read_bytes()
    (kept / "base" / "whole" / "database").mkdir()
    piece.write_bytes(b"s3cret " * 100)
    assert run("seal-all", kept, tmp_path / "passphrase") == (0, "sealed 0", "")
    assert not (kept / "base" / "whole" / "database").exists()
    assert not piece.exists()
    for other in (b"s3cret " * 99, b"s3cret " * 101, b"", b"another" * 100):
        piece.write_bytes(other)
        status, _, told = run("seal-all", kept, tmp_path / "passphrase")
        assert (status, f"{piece.name} is not what was sealed under its name" in told) == (1, True), told
        assert piece.read_bytes() == other
    assert (whole.read_bytes(), piece.with_name(f"{piece.name}.sealed").read_bytes()) == stood
    assert (kept / "base" / "made.part" / "database").is_dir()


def test_another_passphrase_says_so_in_a_line_and_opens_nothing(kept, tmp_path):
    run("seal-all", kept, tmp_path / "passphrase")
    (tmp_path / "passphrase").write_text("another\n")
    told = run("open-all", kept, "whole", tmp_path / "passphrase")
    assert told == (1, "", "the data was not taken: wrong")
    assert not (kept / "open").exists()


def test_without_a_passphrase_nothing_is_sealed_and_nothing_is_taken_away(kept, tmp_path):
    (tmp_path / "passphrase").write_text("")
    assert run("seal-all", kept, tmp_path / "passphrase") == (1, "", "the data was not taken: empty")
    assert (kept / "base" / "whole" / "database").is_dir()


def test_a_database_that_is_not_what_it_was_leaves_nothing_opened(kept, tmp_path):
    sealed_data.seal_all(kept, PASSPHRASE)
    file = kept / "base" / "whole" / "database.sealed"
    file.write_bytes(file.read_bytes()[:-PIECE_BYTES])
    with pytest.raises(NotOpened):
        sealed_data.open_database(file, tmp_path / "into", PASSPHRASE)
    assert list((tmp_path / "into").iterdir()) == []


def test_what_cannot_be_written_leaves_the_open_one_where_it_is(kept):
    """The file's name is taken by a folder: nothing is taken away that was not sealed."""
    (kept / "base" / "whole" / "database.sealed" / "x").mkdir(parents=True)
    with pytest.raises(OSError, match="database"):
        sealed_data.seal_all(kept, PASSPHRASE)
    assert (kept / "base" / "whole" / "database" / "global" / "1262").exists()
    assert [path.name for path in (kept / "base" / "whole").iterdir() if path.name.endswith(".part")] == []
    shutil.rmtree(kept)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_named_and_told_apart_from_what_else_goes_wrong(kept, tmp_path):
    (kept / "wal" / "000000010000000000000001.sealed.part").symlink_to("/dev/full")
    assert run("seal-all", kept, tmp_path / "passphrase")[0::2] == (11, f"{kept}: no space left on device")
    status, _, told = run("seal", kept / "nowhere", tmp_path / "x", tmp_path / "passphrase")
    assert (status, told) == (1, f"{kept / 'nowhere'}: no such file or directory")


def taken_from(backups, name):
    done = subprocess.run(
        ("sh", str(files("deploy.backup") / "opened.sh"), str(backups), name),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def test_what_was_opened_is_restored_unless_more_of_the_log_was_archived_since(kept, tmp_path):
    run("seal-all", kept, tmp_path / "passphrase")
    assert taken_from(kept, "whole") == (0, str(kept), "")
    run("open-all", kept, "whole", tmp_path / "passphrase")
    assert taken_from(kept, "whole") == (0, f"{kept}/open", "")
    assert taken_from(kept, "another") == (0, str(kept), "")
    later = kept / "wal" / "000000010000000000000002"
    later.write_bytes(b"since")
    told = f"{later.name} was archived after whole was opened: open it again"
    assert taken_from(kept, "whole") == (25, "", told)
    run("seal-all", kept, tmp_path / "passphrase")
    assert taken_from(kept, "whole") == (25, "", told)
    run("open-all", kept, "whole", tmp_path / "passphrase")
    assert taken_from(kept, "whole") == (0, f"{kept}/open", "")
