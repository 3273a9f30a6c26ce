"""What one message of an outsider may weigh, kept by the server itself."""

import asyncio

import nats
import pytest
from nats.errors import NoRespondersError

from contracts.cases import VerifyCase
from contracts.language.command import OPERATOR
from contracts.roster import EnrolAreas
from tests.outsiders import FULIANG

KIB = 1024


async def connect(bus, user):
    closed = asyncio.Event()

    async def was_closed():
        closed.set()

    async def heard(_):
        pass

    client = await nats.connect(
        bus.url(user),
        inbox_prefix=f"_INBOX.{user}".encode(),
        allow_reconnect=False,
        closed_cb=was_closed,
        error_cb=heard,
    )
    return client, closed


async def test_a_command_of_an_official_is_small_or_is_not_let_in(bus):
    zhang, closed = await connect(bus, "zhang")
    subject = VerifyCase.subject_for("zhang", FULIANG)
    with pytest.raises(NoRespondersError):
        await zhang.request(subject, b"x" * 150 * KIB, timeout=5)
    await zhang.publish(subject, b"x" * 200 * KIB)
    await asyncio.wait_for(closed.wait(), 10)


async def test_the_operator_enrols_areas_as_large_as_a_message_may_be(bus):
    operator, _ = await connect(bus, OPERATOR)
    with pytest.raises(NoRespondersError):
        await operator.request(EnrolAreas.subject_for(OPERATOR, FULIANG), b"x" * 1024 * KIB, timeout=5)
    await operator.close()
