"""How many cases are open, by state, as what watches a system reads it."""

from __future__ import annotations

from prometheus_client import Gauge

from contracts.cases import OPEN
from services.cases.case import store
from services.runtime.transaction import Transaction

OPEN_CASES = Gauge("linzhang_open_cases", "Cases in which somebody must act by a day, by state", ["state"])


async def measure(tx: Transaction) -> None:
    """States in which no case is stand there too: what vanishes is no naught to who watches."""
    counted = await store.open_by_state(tx)
    for state in OPEN:
        OPEN_CASES.labels(state.value).set(counted.get(state.value, 0))
