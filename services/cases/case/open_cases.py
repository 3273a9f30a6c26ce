"""How many cases are open, by state, as what watches a system reads it."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Gauge

from contracts.cases import OPEN

OPEN_CASES = Gauge("linzhang_open_cases", "Cases in which somebody must act by a day, by state", ["state"])


def show(counted: Mapping[str, int]) -> None:
    """States in which no case is stand there too: what vanishes is no naught to who watches."""
    for state in OPEN:
        OPEN_CASES.labels(state.value).set(counted.get(state.value, 0))
