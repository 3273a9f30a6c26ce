"""Backs the embedded system up and puts a backup in its place, by the scripts of deploy/backup."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from deploy.backup import sealed
from deploy.backup.chunks import prove
from deploy.backup.sealed_data import DATABASE, SEALED, open_database
from deploy.comeback.lost import Loss
from deploy.local.home import Home, Run
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import binaries, run_as
from deploy.local.private import make_private, open_private, write_private

SCRIPTS = Path(str(files("deploy.backup")))
SECRETS = ("passwords.json", "users.json", "postgres/password")
SECRETS_FILE = "secrets.json"
REASONS = {
    10: "not_empty",
    11: "no_room",
    12: "database",
    13: "not_verified",
    20: "not_whole",
    21: "damaged",
    22: "other_postgres",
    23: "data_there",
    24: "no_room",
}


class BackupFailed(Exception):
    """What stands in the way, by its key in the texts, and what they name."""

    def __init__(self, key: str, **about: object) -> None:
        super().__init__(f"{key}: {about}")
        self.key, self.about = key, about


def backup(home: Home, run: Run, to: Path, passphrase: bytes | None) -> dict[str, Any]:
    """Make a backup of a running system; returns what stands in it. Raises BackupFailed."""
    to = to.absolute()
    with _alone(home.path / "backup.lock", "made_already", home.path):
        _make(home, run, to, passphrase)
    return stated_in(to)


def _make(home: Home, run: Run, to: Path, passphrase: bytes | None) -> None:
    server = home.path / "postgres"
    kept, login = server / SECRETS_FILE, server / "pgpass"
    try:
        found = {name: (home.path / name).read_bytes() for name in SECRETS if (home.path / name).exists()}
        sealed.keep(found, kept, passphrase)
        password = (server / "password").read_text().strip()
        write_private(login, f"{LOOPBACK}:{run.postgres_port}:*:linzhang:{password}\n")
        come_in = {"PGHOST": LOOPBACK, "PGPORT": str(run.postgres_port), "PGUSER": "linzhang", "PGPASSFILE": str(login)}
        seals = {"PYTHON": sys.executable, "STAGE": str(server / "backup.part")} if passphrase else {}
        _script("backup.sh", to, place=to, told=passphrase, environment={"SECRETS": str(kept)} | come_in | seals)
    except OSError as error:
        key = "no_room" if error.errno == errno.ENOSPC else "io"
        raise BackupFailed(key, place=error.filename or to, reason=error.strerror or "") from None
    finally:
        for one in (kept, login):
            one.unlink(missing_ok=True)


@contextmanager
def _alone(lock: Path, key: str, place: Path) -> Iterator[None]:
    """Nobody else does it meanwhile. Raises BackupFailed with the key where somebody does."""
    with open_private(lock, "w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(key, place=place) from None
        yield


def stated_in(backup: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises BackupFailed where there is no whole one."""
    try:
        found: dict[str, Any] = json.loads((backup / "backup.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise BackupFailed("not_whole", place=backup) from None
    return found


def restore(
    home: Home,
    backup: Path,
    archive: Path | None = None,
    until: str | None = None,
    passphrase: bytes | None = None,
    *,
    replace: bool = False,
) -> dict[str, Any]:
    """Put a backup into a home in which nothing runs; returns what stands in it. Raises BackupFailed, OSError.

    With `replace` a database that is there is kept aside. Users and passwords that are still there stay: they
    are newer. The server's own password is the backup's.
    """
    backup = backup.absolute()
    stated = stated_in(backup)
    release = _release()
    if stated["serves_from"] > release:
        raise BackupFailed("too_new", place=backup, serves_from=stated["serves_from"], release=release)
    data = backup / (DATABASE + SEALED)
    with _named("secrets", backup / SECRETS_FILE):
        secrets = sealed.opened(backup / SECRETS_FILE, passphrase)
    if data.exists():
        with _named("data", data):
            prove(data, passphrase)
    home.make()
    with _alone(home.path / "lock", "runs", home.path):
        server = home.path / "postgres"
        make_private(server)
        more = [str(one) for one in (archive.absolute() if archive else None, until) if one is not None]
        with _opened(backup, data, server / "opened.part", passphrase) as (opened, takes):
            if replace:
                _set_aside(server / "data")
            _script("restore.sh", opened, server / "data", *more, place=server / "data", environment=takes)
        fresh = {name: content for name, content in secrets.items() if not (home.path / name).exists()}
        sealed.into_folder(fresh | {SECRETS[2]: secrets[SECRETS[2]]}, home.path)
        _hand_over(server, archive)
        home.lost.note(Loss.DATABASE, backup=str(backup), finished_at=stated["finished_at"])
    return stated


@contextmanager
def _named(what: str, place: Path) -> Iterator[None]:
    """What is not opened is refused with its name. Raises BackupFailed."""
    try:
        yield
    except sealed.NotOpened as refused:
        raise BackupFailed(f"{what}_{refused}", place=place) from None


@contextmanager
def _opened(backup: Path, data: Path, into: Path, passphrase: bytes | None) -> Iterator[tuple[Path, dict[str, str]]]:
    """Where a backup stands in the clear, and what the script is told of it: one that was sealed is opened first."""
    if not data.exists() or passphrase is None:
        yield backup, {}
        return
    shutil.rmtree(into, ignore_errors=True)
    try:
        with _named("data", data):
            open_database(data, into, passphrase)
        shutil.copy(backup / "backup.json", into)
        yield into, {"TAKE": "yes"}
    finally:
        shutil.rmtree(into, ignore_errors=True)


def _release() -> int:
    """Which release the services here are."""
    command = (sys.executable, "-m", "services.runtime.tables.schema")
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _hand_over(server: Path, archive: Path | None) -> None:
    """To who runs the server, where that is somebody else."""
    if (user := run_as()) is None:
        return
    for path in (server, *server.rglob("*"), *([archive, *archive.glob("*")] if archive else [])):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def archiving(to: Path) -> dict[str, str]:
    """The settings of a server that keeps each piece of its WAL as soon as it is full, or half a minute old."""
    make_private(to)
    if (user := run_as()) is not None:
        os.chown(to, user.pw_uid, user.pw_gid)
    # The server's user may not be able to reach where this is installed: the script itself goes to it.
    script = (SCRIPTS / "archive.sh").read_text("utf-8").partition("set -eu")
    command = f'sh -c {shlex.quote(script[1] + script[2])} archive "%p" "%f" {shlex.quote(str(to.absolute()))}'
    return {"archive_mode": "on", "archive_timeout": "30s", "archive_command": command}


def _script(
    name: str, *arguments: object, place: Path, environment: Mapping[str, str], told: bytes | None = None
) -> None:
    """Run one of the scripts to its end, `told` on its standard input. Raises BackupFailed by how it ends."""
    path: Mapping[str, str] = {"PATH": f"{binaries()}:{os.environ.get('PATH', os.defpath)}", "LC_ALL": "C"}
    done = subprocess.run(
        ["/bin/sh", str(SCRIPTS / name), *map(str, arguments)],
        env={**os.environ, **path, **environment},
        input=told or b"",
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[0]
        raise BackupFailed(REASONS.get(done.returncode, "io"), place=place, reason=said)


def _set_aside(data: Path) -> None:
    """What is left of a database that is to be replaced: looked at, it may tell what the backup does not have."""
    if data.exists():
        shutil.move(data, data.with_name(f"data.{datetime.now(UTC):%Y%m%dT%H%M%S}"))
