"""Other processes, known for sure: a number alone may by now be another's."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

ENDS_WITHIN_S = 15.0
_PROC = Path("/proc/self/stat").exists()


class StillRuns(Exception):
    """A process that was told to end has not: nobody may start another on its data."""


def born(pid: int) -> str:
    """When a process began; empty when there is none, or when it has ended and nobody has taken note."""
    if not _PROC:
        return _told_by_ps("lstart", pid)
    try:
        stated = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # After the name, which may hold anything, in brackets: the state is the 3rd field, the beginning the 22nd.
    fields = stated.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else f"{_boot()} {fields[19]}"


def runs(pid: int, what: str) -> bool:
    """Whether a process lives and `what` stands in its command line."""
    if not _PROC:
        return what in _told_by_ps("command", pid)
    try:
        return what.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def commands() -> list[list[str]]:
    """The words of every command line on this machine that may be seen."""
    if not _PROC:
        told = subprocess.run(["ps", "-axo", "command="], capture_output=True, text=True, check=False)
        return [line.split() for line in told.stdout.splitlines()]
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append([os.fsdecode(word) for word in file.read_bytes().split(b"\0")])
    return found


def end(pid: int, what: str, how: signal.Signals) -> bool:
    """End a process if `what` stands in its command line, and wait for it; whether there was one. Raises StillRuns."""
    if not runs(pid, what):
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, how)
    until = time.monotonic() + ENDS_WITHIN_S
    while runs(pid, what):
        if time.monotonic() > until:
            raise StillRuns(f"process {pid} on {what} was told to end and still runs; end it and start again")
        time.sleep(0.05)
    return True


def pid_in(file: Path) -> int | None:
    """The number in the first line of a pid file, where there is one."""
    try:
        return int(file.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _told_by_ps(column: str, pid: int) -> str:
    told = subprocess.run(
        ["ps", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False, env={"LC_ALL": "C"}
    )
    return told.stdout.strip()
