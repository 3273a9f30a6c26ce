"""Who a server must prove to be, before it is told a password."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class CaUnusable(Exception):
    """The file of certificates cannot be read, holds none or is asked for none; the message says which file and why."""


def trust(ca_file: str | Path | None) -> ssl.SSLContext:
    """Whom to believe: who has certificates by those of the file, else by the system's own. Raises CaUnusable."""
    try:
        return ssl.create_default_context(cafile=ca_file and str(ca_file))
    except ssl.SSLError:
        raise CaUnusable(f"{ca_file} holds no certificate") from None
    except OSError as error:
        raise CaUnusable(f"{ca_file} cannot be read: {(error.strerror or type(error).__name__).lower()}") from None


def encrypted(addresses: Sequence[str]) -> bool:
    """Whether they ask for TLS, `tls://`. Raises ValueError where only some do: the password goes to any of them."""
    asked = {urlsplit(one).scheme == "tls" for one in addresses}
    if len(asked) > 1:
        raise ValueError("either every address begins with tls:// or none does")
    return asked == {True}


def unheeded(addresses: Sequence[str], ca_file: str | Path | None) -> bool:
    """Whether certificates are stated for servers that would not be asked for any. Raises ValueError."""
    return bool(ca_file) and not encrypted(addresses)


def bus_options(addresses: Sequence[str], ca_file: str | Path | None) -> dict[str, Any]:
    """What nats-py is told for these addresses: TLS from the first byte, since it would else say its password in the
    clear to a server that offers none. Raises CaUnusable, ValueError.
    """
    asks = encrypted(addresses)
    believed = trust(ca_file) if asks or ca_file else None
    if unheeded(addresses, ca_file):
        raise CaUnusable(f"{ca_file} is stated: the address of the bus must begin with tls://")
    return {"tls": believed, "tls_handshake_first": True} if asks else {}
