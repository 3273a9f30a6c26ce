"""What a service counts; labels are durables and message names only, so that no series grows without bound."""

from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("linzhang_messages_total", "Messages settled, by outcome", ["durable", "outcome"])
REDELIVERED = Counter("linzhang_redelivered_total", "Messages that came again", ["durable"])
HANDLING = Histogram("linzhang_handling_seconds", "Time of one batch, commit included", ["durable"])
BATCH = Histogram("linzhang_batch_messages", "Messages in a batch", ["durable"], buckets=(1, 4, 16, 64, 256, 1024))
LAG = Gauge("linzhang_lag_messages", "Messages waiting at the bus", ["durable"])
STREAM_BYTES = Gauge("linzhang_stream_bytes", "What a stream holds", ["stream"])
STREAM_BUDGET = Gauge(
    "linzhang_stream_budget_bytes", "What a stream may hold; at it, it takes nothing more", ["stream"]
)
OUTBOX_UNSENT = Gauge("linzhang_outbox_unsent", "Outbox rows not yet on the bus")
OUTBOX_OLDEST = Gauge("linzhang_outbox_oldest_seconds", "Age of the oldest unsent outbox row")
RELAYED = Counter("linzhang_relayed_total", "Outbox rows the bus has taken")
RELAY_FAILED = Counter("linzhang_relay_failed_total", "Publishes the bus did not acknowledge")
DEAD = Gauge("linzhang_dead_letters", "Dead letters waiting for the operator")
COMMANDS = Counter("linzhang_commands_total", "Commands answered", ["command", "status"])
COMMAND_TIME = Histogram("linzhang_command_seconds", "Time to answer", ["command"])
BREAKER = Gauge("linzhang_breaker_open", "1 while fetching is stopped", ["what"])
