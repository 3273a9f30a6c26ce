"""Files and directories for their owner alone: their modes are set, whatever the umask of who starts them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, Any

FILE, DIRECTORY, ENTERED_BY_A_GROUP, PASSED_THROUGH = 0o600, 0o700, 0o710, 0o755
UMASK = 0o077
"""For servers, which make files of their own."""


def open_private(path: Path, how: str) -> IO[Any]:
    """Open to write (`w`) or to append (`a`); one that is there already is made private."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_APPEND if how == "a" else os.O_TRUNC)
    descriptor = os.open(path, flags, FILE)
    os.fchmod(descriptor, FILE)
    return os.fdopen(descriptor, how, encoding="utf-8")


GROUP_READS = 0o640
"""For what a server of another user of ours reads."""


def write_private(path: Path, text: str, mode: int = FILE) -> None:
    """Replace a file at once, or leave it as it is. Raises OSError, which names it."""
    # Made with mode 0600 under a name that nobody knows beforehand.
    try:
        descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        Path(fresh).replace(path)
    except OSError as error:
        Path(fresh).unlink()
        raise OSError(error.errno, error.strerror, str(path)) from None
    except BaseException:
        Path(fresh).unlink()
        raise


def changed_at(path: Path) -> float:
    """When a file was last changed, in seconds since 1970; 0 when there is none."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def make_private(path: Path, group: int | None = None) -> None:
    """A directory that its owner alone reads; members of `group` may pass through it to what is theirs."""
    for missing in reversed([above for above in path.parents if not above.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(PASSED_THROUGH)
    path.mkdir(exist_ok=True, mode=DIRECTORY)
    if group is not None:
        os.chown(path, -1, group)
    path.chmod(DIRECTORY if group is None else ENTERED_BY_A_GROUP)
