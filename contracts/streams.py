"""What a stream of the bus is: what it takes, how long it keeps it, and its part of the store."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024
STORE_MIB = 10_240
"""How much all streams of one server may hold together where nothing else is stated."""
STORE_LEAST_MIB = 128
"""Below it, a small stream's budget would not hold two of the largest messages."""
FULL_FROM_PERCENT = 90
"""A stream that holds so much of its budget wants a person's eye: what it takes next may be refused."""

NO_ROOM_FROM_PERCENT = 99
"""From here on it may refuse at any moment: who tells something there is not ready."""


def percent_of(held_bytes: int, budget_bytes: int) -> int:
    """How full a stream is; one without a budget is never full."""
    return held_bytes * 100 // budget_bytes if budget_bytes > 0 else 0


@dataclass(frozen=True, slots=True)
class Stream:
    """A JetStream stream: what it takes, how long it keeps it and how much. Ages in seconds; 0 keeps for ever.

    `store_percent` is its part of the store, which nobody else can take. At its budget a stream takes nothing more: its
    sender's receipt says so and nothing is lost in silence, unless it `drops_oldest`. Where `handled_may_go`, what
    every durable has acknowledged goes before its age when room is wanted.
    """

    name: str
    subjects: tuple[str, ...]
    max_age_s: float
    duplicate_window_s: float
    store_percent: int
    max_msgs_per_subject: int = -1
    max_msg_bytes: int = 1024 * 1024
    drops_oldest: bool = False
    handled_may_go: bool = False

    def budget_bytes(self, store_mib: int) -> int:
        """What it may hold of a store of this size."""
        return store_mib * MIB * self.store_percent // 100
