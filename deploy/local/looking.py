"""What a start looks at: whether a service answers, and whether a crashed run has left something behind."""

from __future__ import annotations

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress

from deploy.local.home import Home
from deploy.local.ports import LOOPBACK


def stop_orphans(home: Home, log: Callable[[str, str], None]) -> None:
    """Stop what a crashed run left behind, each process by its own id and only if it is still the one."""
    run = home.last_run()
    if run is None:
        return
    left = [name for name in run.pids if run.lives(name)]
    for name in left:
        log(name, f"left behind by a crash as process {run.pids[name]}; stopped")
        with suppress(ProcessLookupError):
            os.kill(run.pids[name], signal.SIGINT if name == "postgres" else signal.SIGTERM)
    until = time.monotonic() + 15
    while any(run.lives(name) for name in left) and time.monotonic() < until:
        time.sleep(0.1)
    home.forget_run()


def http_get(port: int, path: str) -> tuple[int, str]:
    """Status and text; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=2) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError as error:
        return 0, str(error)
