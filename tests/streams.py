"""Everything that a stream holds, read by whoever may make a consumer."""

from __future__ import annotations

from typing import Any

from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig

AT_ONCE = 500


async def read_stream(client: Client, stream: str, subject: str) -> list[dict[str, Any]]:
    """The messages of a stream in their order: subject, headers, body, and what of the envelope is asked for most."""
    bus = client.jetstream(timeout=5)
    config = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=10)
    reading = await bus.pull_subscribe(subject, stream=stream, config=config)
    left = (await reading.consumer_info()).num_pending or 0
    found: list[dict[str, Any]] = []
    while left > 0:
        batch = await reading.fetch(min(left, AT_ONCE), timeout=5)
        left -= len(batch)
        for message in batch:
            headers = message.headers or {}
            found.append(
                {
                    "subject": message.subject,
                    "headers": headers,
                    "body": message.data,
                    "id": headers.get("ce-id"),
                    "key": headers.get("ce-partitionkey"),
                    "cause": headers.get("ce-causationid"),
                    "sequence": int(headers.get("ce-sequence") or 0),
                    "stream_sequence": message.metadata.sequence.stream,
                }
            )
    await reading.unsubscribe()
    # Whatever the way here did to their order: this one is the stream's own.
    found.sort(key=lambda one: one["stream_sequence"])
    return found
