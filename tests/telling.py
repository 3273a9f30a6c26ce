"""Facts as another service tells them, and what a handler is given."""

from dataclasses import replace
from datetime import UTC, datetime

from clients.python.connection import connect as connect_to
from contracts.language.envelope import Envelope, to_headers
from contracts.language.message import dump
from services.runtime.ids import uuid7
from services.runtime.messages import Ask, Heard
from services.runtime.reference.law import look_at

AT = datetime(2020, 6, 15, 2, 0, tzinfo=UTC)


def heard(body, source, sequence=1, stream_sequence=1, message_id=None):
    """A message as its handler gets it."""
    subject = body.told_on() if hasattr(body, "told_on") else f"intake.{source}.{body.parts()[1]}.v1"
    return Heard(body, envelope(body, source, sequence, message_id), subject, source, stream_sequence)


def envelope(body, source, sequence=1, message_id=None):
    return Envelope(message_id or uuid7(), source, body.type(), AT, sequence=sequence)


async def connect(bus, user):
    return await connect_to(bus.url(user), inbox_prefix=f"_INBOX.{user}".encode())


async def through(connection):
    """All that was said on it has reached the server, and all that the server had for it has come.

    nats-py writes a ping ahead of what waits in its buffer: the second comes after it.
    """
    for _ in range(2):
        await connection.flush()


async def tell(bus, service, *facts):
    """Put facts on the bus as the service that owns them."""
    connection = await connect(bus, service)
    stream = connection.jetstream(timeout=5)
    for sequence, fact in enumerate(facts, 1):
        await stream.publish(fact.told_on(), dump(fact), headers=to_headers(envelope(fact, service, sequence)))
    await connection.close()


def asking(command, actor, division, at=AT):
    """A command as its handler gets it."""
    return Ask(command, actor, division, uuid7(), at)


async def hear(service, tx, told):
    """What a service makes of messages that it hears together: of each what its handler is given, and no more."""
    subscriptions = {one.message: one for one in service.subscriptions}
    (handler,) = {subscriptions[type(one.body)].handler for one in told}
    tx.laws = service.laws
    await look_at(tx)
    return await handler(tx, [_in_part(one, subscriptions[type(one.body)].part) for one in told])


def _in_part(one, part):
    return one if part is None else replace(one, body=part.model_validate_json(one.body.model_dump_json()))


async def answered(service, tx, ask):
    """What a service answers."""
    return await service.commands[type(ask.command)](tx, ask)
