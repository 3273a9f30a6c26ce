"""Reads a file that a person gives: bounded, and with words of our own for what is wrong with it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import typer

from cli.say import say, shown

MOST_BYTES = 64 * 1024 * 1024
_WHY = {
    errno.ENOENT: "file.missing",
    errno.ENOTDIR: "file.missing",
    errno.ENAMETOOLONG: "file.missing",
    errno.ELOOP: "file.missing",
    errno.EINVAL: "file.missing",
    errno.EISDIR: "file.directory",
    errno.EACCES: "file.denied",
    errno.EPERM: "file.denied",
    errno.EROFS: "file.denied",
    errno.ENOSPC: "file.full",
    errno.EDQUOT: "file.full",
}


class BadFile(typer.BadParameter):
    """A file that cannot be read or written, or is not what it should be; the message names it and says why."""


class BadJson(ValueError):
    """What is no JSON; the message says where or why."""


def why(error: OSError, file: Path | str | None = None) -> str:
    """What an error of the operating system means for a file."""
    return say(_WHY.get(error.errno or 0, "file.other"), file=file or error.filename or "-", n=error.errno or 0)


def refuse(file: Path, key: str, **about: Any) -> NoReturn:
    """Raises BadFile with what a text says about the file."""
    raise BadFile(say(key, file=file, **about))


def read(file: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """The bytes of an ordinary file. Raises BadFile for one that is none, or larger than it may be."""
    with opened(file) as content:
        found = content.read(most_bytes + 1)
    if len(found) > most_bytes:
        refuse(file, "file.too_large", most=most_bytes)
    return found


def head(file: Path, bytes_wanted: int) -> bytes:
    """How an ordinary file begins. Raises BadFile."""
    with opened(file) as content:
        return content.read(bytes_wanted)


def digest_of(file: Path) -> tuple[str, int]:
    """The SHA-256 and the size of an ordinary file, however large. Raises BadFile."""
    with opened(file) as content:
        return hashlib.file_digest(content, "sha256").hexdigest(), content.tell()


@contextmanager
def opened(file: Path) -> Iterator[BufferedReader]:
    """An ordinary file. Raises BadFile."""
    try:
        # A pipe or a device would be waited for, or never end.
        state = file.stat()
        if not stat.S_ISREG(state.st_mode):
            refuse(file, "file.directory" if stat.S_ISDIR(state.st_mode) else "file.special")
        with file.open("rb") as content:
            yield content
    except OSError as error:
        raise BadFile(why(error, file)) from None
    except ValueError:
        # A name with a NUL, which no file has.
        refuse(file, "file.missing")


def write(file: Path, content: bytes) -> None:
    """Write a file. Raises BadFile."""
    try:
        file.write_bytes(content)
    except OSError as error:
        raise BadFile(why(error, file)) from None
    except ValueError:
        refuse(file, "file.missing")


@contextmanager
def write_beside(file: Path) -> Iterator[tuple[BinaryIO, Callable[[], None]]]:
    """A file to write to beside another, and what lets it take that one's name; else it is gone. Raises BadFile."""
    beside = file.with_name(f"{file.name}.part")
    try:
        content = beside.open("wb")
    except OSError as error:
        raise BadFile(why(error, file)) from None
    except ValueError:
        # A name with a NUL, which no file has.
        refuse(file, "file.missing")

    def whole() -> None:
        content.flush()
        os.fsync(content.fileno())
        beside.replace(file)

    try:
        with content:
            yield content, whole
    except OSError as error:
        raise BadFile(why(error, file)) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def json_in(content: bytes) -> Any:
    """What JSON in UTF-8 says, marked as such or not. Raises BadJson."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_each_once)
    except BadJson:
        raise
    except UnicodeDecodeError as error:
        raise BadJson(say("json.not_utf8", at=error.start + 1)) from None
    except json.JSONDecodeError as error:
        raise BadJson(say("json.broken", line=error.lineno, column=error.colno)) from None
    except RecursionError:
        raise BadJson(say("json.too_deep")) from None
    except ValueError:
        raise BadJson(say("json.bad_number")) from None


def json_of(file: Path) -> Any:
    """What a JSON file says. Raises BadFile."""
    try:
        return json_in(read(file))
    except BadJson as error:
        raise BadFile(f"{shown(str(file))}: {error}") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise BadJson(say("json.twice", name=next(key for key in keys if keys.count(key) > 1)))
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)
