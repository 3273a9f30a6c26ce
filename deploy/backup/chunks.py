"""A stream sealed piece by piece, so that any length passes through little memory: AES-GCM, each piece in its place.

A sealed file is a head (which format, two salts, a proof of the key), then pieces of one MiB, the last of them shorter.
A piece is sealed with its number and with whether it is the last: what is missing, added, altered or in another's
place is refused, and named. Every file has a key of its own, so that no number is used twice with one.
"""

from __future__ import annotations

import io
import os
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deploy.backup.sealed import NotOpened, key_of

FORMAT = b"linzhang sealed 1\n"
SALT_BYTES, TAG_BYTES = 16, 16
PIECE_BYTES = 2**20
HEAD_BYTES = len(FORMAT) + 2 * SALT_BYTES + TAG_BYTES
PROOF = b"\xff" * 12
"""The number that no piece has: nothing is sealed with it, which proves the key."""

_master = lru_cache(maxsize=16)(key_of)
_run_salt = lru_cache(maxsize=1)(lambda: os.urandom(SALT_BYTES))
"""One for all that a process seals: a passphrase is dear to stretch. Each file has a key of its own all the same."""


def _key(passphrase: bytes, head: bytes) -> AESGCM:
    salt, own = head[len(FORMAT) : -SALT_BYTES], head[-SALT_BYTES:]
    return AESGCM(HKDF(SHA256(), 32, own, FORMAT).derive(_master(passphrase, salt)))


def _number(at: int, last: bool) -> bytes:
    return at.to_bytes(11, "big") + bytes([last])


class Sealing(io.RawIOBase):
    """Takes what is to be sealed and writes it to a file; whole when it is closed, and refused before."""

    def __init__(self, to: BinaryIO, passphrase: bytes) -> None:
        self._to, self._head = to, FORMAT + _run_salt() + os.urandom(SALT_BYTES)
        self._key = _key(passphrase, self._head)
        self._waiting, self._at = bytearray(), 0
        to.write(self._head + self._key.encrypt(PROOF, b"", self._head))

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        told = bytes(content)  # type: ignore[call-overload]
        self._waiting += told
        # One that is full may be the last: it is known when there is more.
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        return len(told)

    def _seal(self, piece: bytes, last: bool) -> None:
        self._to.write(self._key.encrypt(_number(self._at, last), piece, self._head))
        self._at += 1

    def finish(self) -> None:
        """The last piece, which says that it is the last."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()


class Opening(io.RawIOBase):
    """Reads what was sealed; nothing comes out that was not proved. Raises NotOpened, at the first wrong piece."""

    def __init__(self, file: BinaryIO, passphrase: bytes) -> None:
        self._file = file
        stated = file.read(HEAD_BYTES)
        self._head, proof = stated[:-TAG_BYTES], stated[-TAG_BYTES:]
        if len(stated) < HEAD_BYTES or not stated.startswith(FORMAT):
            raise NotOpened("damaged")
        self._key = _key(passphrase, self._head)
        try:
            self._key.decrypt(PROOF, proof, self._head)
        except InvalidTag:
            raise NotOpened("wrong") from None
        self._at, self._ready, self._ended = 0, b"", False
        self._next = file.read(PIECE_BYTES + TAG_BYTES)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._ready and not self._ended:
            self._open_next()
        count = min(len(view), len(self._ready))
        view[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _open_next(self) -> None:
        piece, self._next = self._next, self._file.read(PIECE_BYTES + TAG_BYTES)
        last = not self._next
        if (opened := self._opened(piece, self._at, last)) is None:
            raise NotOpened(self._why(piece, last))
        self._ready, self._ended = opened, last
        self._at += 1

    def _opened(self, piece: bytes, at: int, last: bool) -> bytes | None:
        try:
            return self._key.decrypt(_number(at, last), piece, self._head)
        except (InvalidTag, ValueError):
            return None

    def _why(self, piece: bytes, last: bool) -> str:
        """What was done to a piece that is not the one which stood here."""
        if not piece:
            return "cut"
        if self._opened(piece, self._at, not last) is not None:
            return "cut" if last else "longer"
        pieces = (os.fstat(self._file.fileno()).st_size - HEAD_BYTES) // (PIECE_BYTES + TAG_BYTES) + 2
        others = (self._opened(piece, at, end) for at in range(pieces) for end in (False, True))
        return "moved" if any(one is not None for one in others) else "altered"


def prove(file: Path, passphrase: bytes | None) -> None:
    """Whether the passphrase is that of the file, reading nothing but its head. Raises NotOpened, OSError."""
    if passphrase is None:
        raise NotOpened("sealed")
    with file.open("rb") as stated:
        Opening(stated, passphrase)
