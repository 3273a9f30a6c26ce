"""Free loopback ports, also where several processes look for one at once."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from itertools import chain, islice
from threading import Lock

LOOPBACK = "127.0.0.1"
# Below the range from which the system takes the near end of outgoing connections: a port found
# there could be taken by any connection before the server that it was meant for listens.
LISTENING = range(10_000, 32_000)
TRIES = 1_000
_claims: dict[int, socket.socket] = {}
_one_at_a_time = Lock()


def free_port(preferred: int = 0) -> int:
    """The preferred port when nobody listens there or is about to, else one found free.

    It is given to no other process of this machine, and never twice, until somebody has listened there or this process
    has ended. Raises OSError when none is free.
    """
    with _one_at_a_time:
        # Who listens holds the port: nothing more is needed.
        for port in [port for port in _claims if not is_free(port)]:
            _claims.pop(port).close()
        wanted = [preferred] if preferred else []
        for port in chain(wanted, islice(_any_port(), TRIES)):
            if is_free(port) and _claim(port):
                return port
    raise OSError("no free loopback port")


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _bound(probe, port)


def _any_port() -> Iterator[int]:
    chosen = random.SystemRandom()
    while True:
        yield chosen.choice(LISTENING)


def _claim(port: int) -> bool:
    """Hold the datagram port of the same number: one process alone has it, and loses it when it ends."""
    claim = socket.socket(type=socket.SOCK_DGRAM)
    if not _bound(claim, port):
        claim.close()
        return False
    _claims[port] = claim
    return True


def _bound(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind((LOOPBACK, port))
    except OSError:
        return False
    return True
