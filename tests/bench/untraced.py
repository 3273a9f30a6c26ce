"""What tracing costs where nobody is told: the calls that are left of it, in processor time.

A batch pays them once, however many messages it has: what takes it up, what writes its news, what commits, what sends.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from contracts.patrol import IncidentReport
from contracts.wiring.streams import DURABLES
from services.runtime import traces
from services.runtime.hearing import traced as hearing
from services.runtime.telling import traced as telling

CALLS = 200_000
ROUNDS = 9


def _ns(call: Callable[[], object]) -> float:
    """Of one call, the loop around it taken off; the least of some rounds, as whatever else runs only adds."""

    def round_ns(work: Callable[[], object]) -> float:
        began_ns = time.process_time_ns()
        for _ in range(CALLS):
            work()
        return (time.process_time_ns() - began_ns) / CALLS

    return max(0.0, min(round_ns(call) for _ in range(ROUNDS)) - min(round_ns(lambda: None) for _ in range(ROUNDS)))


def main() -> None:
    assert traces.receiver is None
    durable = DURABLES["patrol"][0]
    calls: dict[str, Callable[[], object]] = {
        "taken up": lambda: hearing.watched(durable, IncidentReport),
        "written": lambda: time.time_ns() if traces.receiver is not None else None,
        "committed": lambda: telling.committed(()),
        "sent": lambda: telling.sent((), (), 0),
    }
    found = {name: _ns(call) for name, call in calls.items()}
    for name, ns in found.items():
        print(f"{name}: {ns:.0f} ns")
    print(f"a batch: {sum(found.values()):.0f} ns")


if __name__ == "__main__":
    main()
