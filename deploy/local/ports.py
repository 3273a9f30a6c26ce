"""Free loopback ports."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which the system takes the near end of outgoing connections: a port found
# there could be taken by any connection before the server that it was meant for listens.
LISTENING = range(10_000, 32_000)
_given: set[int] = set()


def free_port(preferred: int = 0) -> int:
    """The preferred port when nobody listens there, else one found free, which is given once.

    Raises OSError when none is free.
    """
    if preferred and is_free(preferred):
        return preferred
    chosen = random.SystemRandom()
    for port in (chosen.choice(LISTENING) for _ in range(1_000)):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise OSError("no free loopback port")


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
