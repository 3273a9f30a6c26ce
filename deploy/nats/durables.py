"""Durables: made and brought up to date; where one would lose messages by it, that is named and it is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from contracts.wiring.streams import STREAMS, Durable

Say = Callable[[str], None]
Present = dict[tuple[str, str], ConsumerConfig]
"""By stream and name."""
OWNER = "linzhang-user"
"""The mark on a durable by which the server itself remembers whose it is."""


def durable_configuration(durable: Durable) -> ConsumerConfig:
    return ConsumerConfig(
        name=durable.name,
        durable_name=durable.name,
        filter_subject=durable.filter_subject,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=durable.ack_wait_s,
        max_deliver=-1,
        max_ack_pending=durable.max_ack_pending,
        max_waiting=512,
        metadata={OWNER: durable.owner} if durable.owner else None,
    )


async def present_durables(bus: JetStreamContext) -> Present:
    """Every durable of our streams."""
    found: Present = {}
    for stream in STREAMS:
        offset = 0
        try:
            while page := await bus.consumers_info(stream.name, offset):
                found |= {(stream.name, one.name): one.config for one in page}
                offset += len(page)
        except NotFoundError:
            continue
    return found


def conflict(present: Present, durable: Durable) -> str:
    """Why a durable cannot be had without losing something; empty when it can."""
    have = present.get((durable.stream, durable.name))
    if have is None or have.filter_subject == durable.filter_subject:
        return ""
    return (
        f"durable {durable.stream}/{durable.name} hears {have.filter_subject}, wanted {durable.filter_subject}: "
        "it would not go back to what it missed; make one under another name"
    )


def conflicts(present: Present, durables: Sequence[Durable], moving: Collection[str] = frozenset()) -> dict[str, str]:
    """What stands in the way of outsiders, by whose it is; what somebody who is `moving` hears is no hindrance."""
    return {
        durable.owner: told
        for durable in durables
        if durable.owner not in moving and (told := conflict(present, durable))
    }


async def make_durable(bus: JetStreamContext, present: Present, durable: Durable, say: Say) -> int:
    """Make it, or bring it up to date; returns how many things were changed."""
    want = durable_configuration(durable)
    have = present.get((durable.stream, durable.name))
    if have is None:
        await bus.add_consumer(durable.stream, want)
        say(f"durable {durable.stream}/{durable.name}: made, hears {durable.filter_subject}")
        return 1
    compared = ("ack_wait", "max_ack_pending", "max_deliver")
    marked = (have.metadata or {}).get(OWNER, "") == durable.owner
    if marked and all(getattr(have, name) == getattr(want, name) for name in compared):
        return 0
    changed = {name: getattr(want, name) for name in compared}
    await bus.add_consumer(durable.stream, replace(have, **changed, metadata=want.metadata))
    say(f"durable {durable.stream}/{durable.name}: brought up to date")
    return 1


async def move_durables(bus: JetStreamContext, owner: str, wanted: Sequence[Durable], say: Say) -> None:
    """Let a user's durables hear what is wanted from now on; those of which nothing is wanted go.

    What has been moved already is left as it is: it may be called again after it was cut off anywhere.
    """
    present = await present_durables(bus)
    for durable in wanted:
        have = present.get((durable.stream, durable.name))
        if have is not None and have.filter_subject != durable.filter_subject:
            await bus.add_consumer(durable.stream, replace(have, filter_subject=durable.filter_subject))
            say(f"durable {durable.stream}/{durable.name}: hears {durable.filter_subject} from now on")
    stay = {(durable.stream, durable.name) for durable in wanted}
    for (stream, name), config in present.items():
        if (config.metadata or {}).get(OWNER) == owner and (stream, name) not in stay:
            await bus.delete_consumer(stream, name)
            say(f"durable {stream}/{name}: gone")


async def forget_durables(bus: JetStreamContext, names: Collection[str], say: Say) -> int:
    """Delete the durables of outsiders who are none of these any more; returns how many went."""
    gone = 0
    for (stream, name), config in (await present_durables(bus)).items():
        owner = (config.metadata or {}).get(OWNER)
        if owner and owner not in names:
            await bus.delete_consumer(stream, name)
            say(f"durable {stream}/{name}: gone with {owner}")
            gone += 1
    return gone
