"""Secrets of a system as one file, sealed by a passphrase where one is given: apart from the data, never half written.

`python -m deploy.backup.sealed keep FOLDER FILE`, or `open FILE FOLDER`; the file of a passphrase may come after them.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from deploy.local.private import make_private, write_private

N, R, P = 2**16, 8, 1
"""What a guess at the passphrase costs: 64 MiB and some tenths of a second."""


class NotOpened(Exception):
    """The passphrase is missing or wrong, or the file is damaged; which of them cannot be told from a sealed file."""


def key_of(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=N, r=R, p=P).derive(passphrase)


def keep(files: Mapping[str, bytes], at: Path, passphrase: bytes | None) -> None:
    """Write files under their names as one, for its owner alone."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
    stated: dict[str, object] = {"sealed": passphrase is not None}
    content = packed.getvalue()
    if passphrase is not None:
        salt, nonce = os.urandom(16), os.urandom(12)
        content = AESGCM(key_of(passphrase, salt)).encrypt(nonce, content, None)
        stated |= {"salt": _text(salt), "nonce": _text(nonce)}
    write_private(at, json.dumps({**stated, "content": _text(content)}))


def opened(at: Path, passphrase: bytes | None) -> dict[str, bytes]:
    """What was kept. Raises NotOpened, OSError."""
    try:
        stated = json.loads(at.read_text("utf-8"))
        content = base64.b64decode(stated["content"])
        if stated["sealed"]:
            if passphrase is None:
                raise NotOpened("sealed")
            key = key_of(passphrase, base64.b64decode(stated["salt"]))
            content = AESGCM(key).decrypt(base64.b64decode(stated["nonce"]), content, None)
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            return {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}  # type: ignore[union-attr]
    except InvalidTag:
        raise NotOpened("wrong") from None
    except (ValueError, KeyError, TypeError, tarfile.TarError):
        raise NotOpened("damaged") from None


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def in_folder(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def into_folder(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        at = folder / name
        make_private(at.parent)
        with os.fdopen(os.open(at, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)


def passphrase_in(file: Path | None) -> bytes | None:
    """The first line of a file. Raises OSError, and NotOpened where it is empty."""
    if file is None:
        return None
    stated = file.read_bytes().split(b"\n", 1)[0].strip()
    if not stated:
        raise NotOpened("empty")
    return stated


def main(arguments: list[str]) -> int:
    verb, first, second = arguments[:3]
    passphrase = passphrase_in(Path(arguments[3]) if len(arguments) > 3 else None)
    if verb == "keep":
        keep(in_folder(Path(first)), Path(second), passphrase)
    else:
        into_folder(opened(Path(first), passphrase), Path(second))
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except NotOpened as refused:
        print(f"the secrets were not opened: {refused}", file=sys.stderr)
        raise SystemExit(1) from None
