"""The data of a backup as sealed files: its database as one, each piece of the archived log as one.

`python -m deploy.backup.sealed_data seal DATABASE FILE PASSPHRASE` seals one database;
`… seal-all BACKUPS PASSPHRASE` every backup in `BACKUPS/base` and every piece of the log in `BACKUPS/wal`;
`… open-all BACKUPS NAME PASSPHRASE` opens one backup and the log into `BACKUPS/open`, where `restore` takes them from.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from deploy.backup.chunks import Opening, Sealing, prove
from deploy.backup.sealed import NotOpened, passphrase_in
from deploy.local.private import make_private

DATABASE = "database"
SEALED = ".sealed"
"""What the name of a sealed file ends with."""
COPY_BYTES = 2**20
NO_ROOM = 11
"""How it ends then, as backup.sh does."""


@contextmanager
def _sealing(to: Path, passphrase: bytes) -> Iterator[Sealing]:
    """A file that bears its name when it is whole and on the disk, never before."""
    part = to.with_name(to.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            sealing = Sealing(file, passphrase)
            yield sealing
            sealing.finish()
            file.flush()
            os.fsync(file.fileno())
        part.rename(to)
    finally:
        part.unlink(missing_ok=True)


def seal_database(folder: Path, to: Path, passphrase: bytes) -> None:
    with _sealing(to, passphrase) as sealing, tarfile.open(fileobj=cast(BinaryIO, sealing), mode="w|") as tar:
        tar.add(folder, DATABASE)


def open_database(sealed: Path, into: Path, passphrase: bytes) -> None:
    """Into a folder that holds it as `database`. Raises NotOpened, and then nothing of it stays there."""
    make_private(into)
    try:
        with sealed.open("rb") as file:
            opening = Opening(file, passphrase)
            with tarfile.open(fileobj=cast(BinaryIO, opening), mode="r|") as tar:
                tar.extractall(into, filter="tar")
            # A tar ends before its file does: what comes after it must be in order too.
            while opening.read(COPY_BYTES):
                pass
    except BaseException as failed:
        shutil.rmtree(into / DATABASE, ignore_errors=True)
        if isinstance(failed, tarfile.TarError):
            raise NotOpened("altered") from None
        raise


def seal_all(backups: Path, passphrase: bytes) -> int:
    """Every backup that is whole and every archived piece of the log; how many were sealed.

    What is sealed is whole: nothing takes its place. Raises NotOpened for a piece of the log under the name of another.
    """
    sealed = 0
    for stated in sorted((backups / "base").glob("*/backup.json")):
        database = stated.with_name(DATABASE)
        if database.is_dir() and stated.parent.suffix != ".part":
            to = database.with_name(DATABASE + SEALED)
            if not to.is_file():
                seal_database(database, to, passphrase)
                sealed += 1
            shutil.rmtree(database)
    for piece in sorted((backups / "wal").iterdir()):
        if piece.suffix not in (".part", SEALED) and piece.is_file():
            to = piece.with_name(piece.name + SEALED)
            if not to.is_file():
                with piece.open("rb") as file, _sealing(to, passphrase) as sealing:
                    shutil.copyfileobj(file, cast(BinaryIO, sealing), COPY_BYTES)
                sealed += 1
            elif not _holds(to, piece, passphrase):
                raise NotOpened(f"{piece.name} is not what was sealed under its name")
            piece.unlink()
    return sealed


def _holds(sealed: Path, plain: Path, passphrase: bytes) -> bool:
    with sealed.open("rb") as file, plain.open("rb") as other:
        opening = Opening(file, passphrase)
        while piece := opening.read(COPY_BYTES):
            if other.read(len(piece)) != piece:
                return False
        return not other.read(1)


def open_all(backups: Path, name: str, passphrase: bytes) -> None:
    """One backup, and the log with what of it is not sealed yet, for the owner of `backups` alone.

    Raises NotOpened, and then nothing of it lies open.
    """
    base, log, to = backups / "base" / name, backups / "wal", backups / "open"
    for one in (base / (DATABASE + SEALED), *sorted(log.glob(f"*{SEALED}"))[-1:]):
        prove(one, passphrase)
    shutil.rmtree(to, ignore_errors=True)
    make_private(to)
    try:
        _open_into(to, base, log, passphrase)
    except BaseException:
        shutil.rmtree(to, ignore_errors=True)
        raise
    owner = backups.stat()
    for path in (to, *to.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _open_into(to: Path, base: Path, log: Path, passphrase: bytes) -> None:
    (to / "base").mkdir()
    open_database(base / (DATABASE + SEALED), to / "base" / base.name, passphrase)
    shutil.copy(base / "backup.json", to / "base" / base.name)
    (to / "wal").mkdir()
    for piece in sorted(log.iterdir()):
        plain = to / "wal" / piece.name.removesuffix(SEALED)
        if piece.suffix == SEALED:
            with piece.open("rb") as file, plain.open("wb") as opened:
                shutil.copyfileobj(cast(BinaryIO, Opening(file, passphrase)), opened, COPY_BYTES)
        elif piece.suffix != ".part":
            shutil.copy(piece, plain)


def main(arguments: list[str]) -> int:
    *words, by = arguments
    if (passphrase := passphrase_in(Path(by))) is None:
        raise NotOpened("no passphrase")
    match words:
        case ["seal", database, file]:
            seal_database(Path(database), Path(file), passphrase)
        case ["seal-all", backups]:
            print(f"sealed {seal_all(Path(backups), passphrase)}")
        case ["open-all", backups, name]:
            open_all(Path(backups), name, passphrase)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except NotOpened as refused:
        print(f"the data was not taken: {refused}", file=sys.stderr)
        raise SystemExit(1) from None
    except OSError as failed:
        place = failed.filename or sys.argv[2]
        print(f"{place}: {(failed.strerror or type(failed).__name__).lower()}", file=sys.stderr)
        raise SystemExit(NO_ROOM if failed.errno == errno.ENOSPC else 1) from None
