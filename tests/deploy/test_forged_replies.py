"""A reply goes nowhere inside the bus, whatever an outsider names as its subject."""

import json

import pytest
from nats.errors import TimeoutError as NatsTimeout

from contracts.cases import CaseOpened, VerifyCase
from contracts.language.command import OPERATOR
from contracts.language.intake import intake_subject
from contracts.patrol import IncidentReport
from contracts.wiring.streams import STREAMS
from tests.deploy.user_on_bus import WITHIN_S, messages_in
from tests.outsiders import FULIANG
from tests.waiting import until

OPENED = "cases.opened.v1.36.02.22.104.201"


OTHER_KINDS = [("zhang", OPERATOR), ("zhang", "police"), ("zhang", "acme"), ("acme", OPERATOR), (OPERATOR, "zhang")]


@pytest.mark.parametrize(("asker", "other"), OTHER_KINDS)
async def test_a_reply_goes_to_no_inbox_of_another_kind_of_user(user, asker, other):
    cases, asking, aside = await user("cases"), await user(asker), await user(other)
    overheard = await aside.client.subscribe(f"_INBOX.{other}.x")
    await aside.client.flush()
    await aside.client.flush()
    if asker == "acme":
        await asking.says(intake_subject(IncidentReport, "acme"), reply=f"_INBOX.{other}.x")
        assert "stream" in json.loads((await asking.client.request(intake_subject(IncidentReport, "acme"), b"{}")).data)
    else:
        heard = await cases.client.subscribe("cmd.cases.>")
        await cases.client.flush()
        await cases.client.flush()
        await asking.says(VerifyCase.subject_for(asker, FULIANG), reply=f"_INBOX.{other}.x")
        asked = await heard.next_msg(timeout=5)
        await cases.client.publish(asked.reply, b"the answer")
        await cases._settled()
    with pytest.raises(NatsTimeout):
        await overheard.next_msg(timeout=WITHIN_S)


FORGED_REPLIES = ("intake.mayor.incident.v1", OPENED, VerifyCase.subject_for("mayor", FULIANG))


@pytest.mark.parametrize("reply", FORGED_REPLIES)
async def test_a_forged_reply_subject_puts_nothing_on_the_inner_bus(user, bus, reply):
    """In one account the server would write its answer there for the forger (STACK row 20)."""
    inside = await user("reader")
    heard = await inside.client.subscribe("cases.>")
    cases, police, acme = await user("cases"), await user("police"), await user("acme")
    await cases.stream.publish(f"{CaseOpened.name}.{FULIANG.tokens}", b"a fact")
    assert (await heard.next_msg(timeout=2)).data == b"a fact"
    before = [await messages_in(bus, stream.name) for stream in STREAMS]
    await police.says("FOREST.API.CONSUMER.MSG.NEXT.CASES.police-opened", b"1", reply=reply)
    await police.says("FOREST.API.CONSUMER.INFO.CASES.police-opened", b"", reply=reply)
    await acme.says("FOREST.API.CONSUMER.INFO.REJECTED.acme", b"", reply=reply)
    # A later message through the same server shows that the forged ones have had their effect, if any.
    await cases.stream.publish(f"{CaseOpened.name}.{FULIANG.tokens}", b"the next")
    assert (await heard.next_msg(timeout=2)).data == b"the next"
    before[[stream.name for stream in STREAMS].index("CASES")] += 1
    assert [await messages_in(bus, stream.name) for stream in STREAMS] == before


async def test_a_forged_reply_on_intake_gets_its_receipt_nowhere_inside(user, bus):
    """STACK row 20."""
    inside, acme = await user("reader"), await user("acme")
    heard = await inside.client.subscribe("cases.>")
    await inside.client.flush()
    await acme.says(intake_subject(IncidentReport, "acme"), b"{}", reply=OPENED)

    async def taken():
        return await messages_in(bus, "INTAKE") == 1

    await until(taken)
    with pytest.raises(NatsTimeout):
        await heard.next_msg(timeout=WITHIN_S)
    assert await messages_in(bus, "CASES") == 0
