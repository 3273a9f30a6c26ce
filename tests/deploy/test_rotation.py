"""A user goes over to its second password while it works: nothing that it says or hears is lost."""

import asyncio
import json
from contextlib import suppress

import nats
import pytest

from clients.python.bus import connected
from clients.python.connection import connect
from contracts.access import BusUser, PutUser, RetireUser, RotateUser, UserKind
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from deploy.local.ports import LOOPBACK
from deploy.nats.users import hashed, new_password
from tests.deploy.shared_bus import provisioned

pytestmark = pytest.mark.served
FULIANG = Division("360222000000")
SUBJECT = "cases.opened.v1.36.02.22.104.201"
BEFORE, MEANWHILE, AFTER = 50, 50, 50


async def client(bus, login, password):
    url, name = f"nats://{login}:{password}@{LOOPBACK}:{bus.port}", login.removesuffix("~2")
    return await connect(url, inbox_prefix=f"_INBOX.{name}".encode(), allow_reconnect=False)


class Turning:
    """A user's two passwords, and the operator who gives them."""

    def __init__(self, bus, operator, user):
        self.bus, self.operator, self.user = bus, operator, user
        self.first, self.second = new_password(), new_password()

    async def _ask(self, command):
        return await self.operator.ask(command, OPERATOR, UNKNOWN, type(command).answer, timeout=30)

    async def begin(self):
        await self._ask(PutUser(user=self.user, hash=hashed(self.first)))
        return await client(self.bus, self.user.name, self.first)

    async def rotate(self):
        kept = await self._ask(RotateUser(user=self.user.name, hash=hashed(self.second)))
        return await client(self.bus, kept.login, self.second)

    async def retire(self):
        await self._ask(RetireUser(user=self.user.name))


async def test_an_integrator_that_goes_over_in_between_has_a_receipt_for_all_that_is_kept(shared):
    async with provisioned(shared), connected(shared.url(OPERATOR), OPERATOR) as operator:
        turning = Turning(shared, operator, BusUser(name="acme", kind=UserKind.INTEGRATOR))
        received = []

        async def post(through, count):
            stream = through.jetstream(prefix="FOREST.API")
            for _ in range(count):
                n = len(received)
                received.append(n)
                await stream.publish("intake.acme.incident.v1", str(n).encode(), timeout=10)

        old = await turning.begin()
        await post(old, BEFORE)
        posting = asyncio.create_task(post(old, MEANWHILE))
        new = await turning.rotate()
        await posting
        going_on = asyncio.create_task(post(new, AFTER))
        await turning.retire()
        await going_on
        await new.close()
        reader = await client(shared, "provisioner", shared.users.password("provisioner"))
        messages = (await reader.jetstream().stream_info("INTAKE")).state.messages
        kept = [int((await reader.jetstream().get_msg("INTAKE", seq)).data) for seq in range(1, messages + 1)]
        await reader.close()
        assert kept == received == list(range(BEFORE + MEANWHILE + AFTER))
        assert old.is_closed


async def test_a_department_that_goes_over_in_between_hears_everything_once_it_is_acknowledged(shared):
    async with provisioned(shared), connected(shared.url(OPERATOR), OPERATOR) as operator:
        police = BusUser(name="police", kind=UserKind.DEPARTMENT, division=FULIANG, facts=("cases.opened.v1",))
        turning = Turning(shared, operator, police)
        heard = []

        async def listen(through):
            reading = await through.jetstream(prefix="FOREST.API").pull_subscribe_bind("police-opened", "CASES")
            while True:
                with suppress(nats.errors.TimeoutError):
                    for message in await reading.fetch(10, timeout=1):
                        await message.ack_sync(timeout=10)
                        heard.append(json.loads(message.data))

        cases = await client(shared, "cases", shared.users.password("cases"))

        async def tell(numbers):
            for n in numbers:
                await cases.jetstream().publish(SUBJECT, json.dumps(n).encode(), timeout=10)

        old = await turning.begin()
        everything = range(BEFORE + MEANWHILE + AFTER)
        first = asyncio.create_task(listen(old))
        await tell(everything[:BEFORE])
        telling = asyncio.create_task(tell(everything[BEFORE : BEFORE + MEANWHILE]))
        second = asyncio.create_task(listen(await turning.rotate()))
        await telling
        # It ends its own reading, as a client that goes over does; what it had not settled comes again.
        first.cancel()
        await asyncio.wait((first,))
        await turning.retire()
        await tell(everything[BEFORE + MEANWHILE :])
        async with asyncio.timeout(60):
            while set(heard) != set(everything):
                assert not second.done()
                await asyncio.sleep(0.05)
        second.cancel()
        await cases.close()
        assert old.is_closed
