"""Who a server must prove to be, before it is told a password."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class CaUnusable(Exception):
    """The file of certificates cannot be read, or holds none; the message says which file and why."""


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


def bus_options(addresses: Sequence[str], ca_file: str | Path | None) -> dict[str, Any]:
    """What nats-py is told for these addresses: TLS from the first byte, since it would else say its password in the
    clear to a server that offers none. Raises CaUnusable, ValueError.
    """
    return {"tls": trust(ca_file), "tls_handshake_first": True} if encrypted(addresses) else {}
