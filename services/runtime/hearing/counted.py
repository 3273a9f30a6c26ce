"""Counts what became of a batch once it is settled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clients.python.connection import Arrived
from services.runtime import metrics
from services.runtime.messages import Heard, News, Refused


def batch(durable: str, messages: Sequence[Arrived], seconds: float) -> None:
    """How large it was, how long it took, and how long its oldest message had been waiting for this by then."""
    taken_at_s = min(int(raw.reply.rsplit(".", 2)[1]) for raw in messages) / 1e9
    metrics.HANDLING.labels(durable).observe(seconds)
    metrics.BATCH.labels(durable).observe(len(messages))
    # Clocks of two machines differ.
    metrics.AGE.labels(durable).observe(max(0.0, time.time() - taken_at_s))


def outcomes(durable: str, counts: Mapping[str, int], messages: Sequence[Arrived]) -> None:
    """What became of its messages, and how many of them had come before."""
    for outcome, count in counts.items():
        if count:
            metrics.HANDLED.labels(durable, outcome).inc(count)
    again = sum(raw.reply.split(".")[-5] != "1" for raw in messages)
    if again:
        metrics.REDELIVERED.labels(durable).inc(again)


def posted(heard: Iterable[Heard[Any]], news: Iterable[News]) -> None:
    """Who has posted it, and how much of theirs was refused."""
    refused = Counter(item.heard.source for item in news if isinstance(item, Refused))
    metrics.count_posted(Counter(one.source for one in heard), refused)
