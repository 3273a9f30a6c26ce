"""What a service counts, under the names and units that docs/operations.md lists; no label grows without bound.

What JetStream itself knows has the names and labels that its official exporter gives it.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Mapping

from prometheus_client import Counter, Gauge, Histogram

SOURCES_MOST = 200
OTHERS = "(others)"
"""No token of a subject has brackets."""

HANDLED = Counter("linzhang_messages_total", "Messages settled, by outcome", ["consumer_name", "outcome"])
REDELIVERED = Counter("linzhang_messages_redelivered_total", "Messages that came again", ["consumer_name"])
HANDLING = Histogram("linzhang_batch_duration_seconds", "Time of one batch, commit included", ["consumer_name"])
BATCH = Histogram(
    "linzhang_batch_messages", "Messages in a batch", ["consumer_name"], buckets=(1, 4, 16, 64, 256, 1024)
)
AGE = Histogram(
    "linzhang_batch_oldest_age_seconds",
    "From when the stream took the oldest message of a batch until the batch was settled",
    ["consumer_name"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
)
POSTED = Counter(
    "linzhang_posted_total",
    f"What outsiders have posted, by who posts it and whether it was refused; the first {SOURCES_MOST} sources by name",
    ["source", "outcome"],
)
FACTS = Counter("linzhang_facts_total", "Facts that this replica has committed to be told", ["fact"])
OUTBOX_UNSENT = Gauge("linzhang_outbox_unsent_messages", "Outbox rows not yet on the bus")
OUTBOX_OLDEST = Gauge("linzhang_outbox_oldest_age_seconds", "Age of the oldest unsent outbox row")
RELAYED = Counter("linzhang_outbox_sent_total", "Outbox rows the bus has taken")
RELAY_FAILED = Counter("linzhang_outbox_send_failures_total", "Publishes the bus did not acknowledge")
LEADING = Gauge("linzhang_relay_leading", "1 while this replica sends what the service's outbox holds")
DEAD = Gauge("linzhang_dead_letters", "Dead letters waiting for the operator")
DUE = Gauge("linzhang_due_works", "What has fallen due and is yet to be done, by what waits", ["what"])
COMMANDS = Counter("linzhang_commands_total", "Commands answered", ["command", "status"])
COMMAND_TIME = Histogram("linzhang_command_duration_seconds", "Time to answer", ["command"])
BREAKER = Gauge("linzhang_breaker_open", "1 while fetching is stopped", ["what"])
CERTIFICATE_ENDS = Gauge(
    "linzhang_certificate_expiry_timestamp_seconds",
    "Until when the certificate holds that a server shows to whoever comes now; 0 where nobody vouches for it",
    ["certificate"],
)
READY = Gauge("linzhang_ready", "1 while the service is ready; /readyz says what is wrong")
MISSING = Gauge("linzhang_consumer_missing", "1 while a durable does not exist", ["stream_name", "consumer_name"])

PENDING = Gauge("jetstream_consumer_num_pending", "Messages that wait to be fetched", ["stream_name", "consumer_name"])
ACK_PENDING = Gauge(
    "jetstream_consumer_num_ack_pending", "Messages fetched and not yet settled", ["stream_name", "consumer_name"]
)
STREAM_MESSAGES = Gauge("jetstream_stream_total_messages", "Messages that a stream holds", ["stream_name"])
STREAM_BYTES = Gauge("jetstream_stream_total_bytes", "What a stream holds", ["stream_name"])
STREAM_LIMIT = Gauge(
    "jetstream_stream_limit_bytes",
    "What a stream may hold; at it, it takes nothing more; -1 is no limit",
    ["stream_name"],
)


class FirstFew:
    """The first `most` values of a label each by itself, all others as one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def name(self, value: str) -> str:
        if len(self._known) < self._most:
            self._known.add(value)
        return value if value in self._known else OTHERS


_SOURCES = FirstFew(SOURCES_MOST)


def count_facts(subjects: Iterable[str]) -> None:
    """Count what has been committed, by the name of each fact; refusals are counted by their sender."""
    for fact, count in Tally(".".join(one.split(".", 3)[:3]) for one in subjects).items():
        if not fact.startswith("rejected."):
            FACTS.labels(fact).inc(count)


def count_posted(heard: Mapping[str, int], refused: Mapping[str, int]) -> None:
    """Count what each source has posted, and how much of it was refused.

    Both counters are there from a source's first message on: what begins above naught is no rise to Prometheus.
    """
    for source, count in heard.items():
        name = _SOURCES.name(source)
        POSTED.labels(name, "handled").inc(count - refused.get(source, 0))
        POSTED.labels(name, "refused").inc(refused.get(source, 0))
