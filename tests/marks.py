"""Which tests stand by themselves: the others are marked, and a mark that is missing is a failure.

`served` starts a process or comes to a server, `slow` takes long of the processor; `make quick` runs what is neither.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator

import pytest

SERVED = {"bus", "dsn", "generators", "home_path", "plain_nats", "play", "postgres", "system", "under_test", "up"}
"""Fixtures that start a server: who asks for one is marked by that."""
STARTS = {
    *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"),
    *("socket.connect", "socket.sendmsg"),
}
"""What the interpreter tells of a process that is started, or of one that is come to."""

_seen: set[str] = set()
sys.addaudithook(lambda event, _: _seen.add(event) if event in STARTS else None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Three seconds also where others compute and where it is the first, for which every schema is made."""
    parser.addini("light_s", "how long of a processor a test may take that is not marked slow", default="3")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "served: starts a process, or asks for a fixture that starts a server")
    config.addinivalue_line("markers", "slow: takes more than half a second of a processor")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not SERVED.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("served")


def pytest_collection_finish() -> None:
    """Thousands of tests are held until the end: the collector need not look at them each time."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    _seen.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test without a mark starts nothing, asks nobody and is soon done."""
    began_s = time.process_time()
    result = yield
    took_s = time.process_time() - began_s
    if not item.get_closest_marker("served"):
        assert not _seen, f"mark it served: it has met {', '.join(sorted(_seen))}"
        light = item.get_closest_marker("slow") or took_s < float(item.config.getini("light_s"))
        assert light, f"mark it slow: {took_s:.1f} s of the processor"
    return result
