"""What each kind of user may say and hear, refused by the server itself."""

import json

import nats
import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError

from contracts.cases import CaseOpened, VerifyCase
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.intake import intake_subject
from contracts.patrol import IncidentReport, TrackBatch
from contracts.wiring.streams import DURABLES
from contracts.wiring.table import FACTS, SERVICES
from tests.deploy.user_on_bus import WITHIN_S, messages_in
from tests.outsiders import FULIANG

LEPING = Division("360281000000")
EVERYBODY = (*SERVICES, "police", "acme", "other", "zhang", OPERATOR, "reader", "demo")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_tells_only_its_own_facts(user, service):
    speaking = await user(service)
    for owner, facts in FACTS.items():
        for fact in facts:
            assert await speaking.says(f"{fact.name}.36.02.22.104.201.x") is (owner == service), fact.name


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_only_through_its_own_durables(user, service):
    """STACK row 5: it deletes none either."""
    reading = await user(service)
    for owner, durables in DURABLES.items():
        for durable in durables:
            subject = f"$JS.API.CONSUMER.MSG.NEXT.{durable.stream}.{durable.name}"
            assert await reading.says(subject, b"1") is (owner == service), durable.name
    for forbidden in ("$JS.API.STREAM.DELETE.CASES", "$JS.API.CONSUMER.DELETE.CASES.targets-closed"):
        assert await reading.says(forbidden) is False


async def test_a_service_does_not_listen_to_facts_or_commands_of_others(user):
    patrol = await user("patrol")
    assert await patrol.hears("cmd.patrol.>") is True
    for subject in ("cases.>", "cmd.cases.>", "intake.>", ">", "_INBOX.>", "_INBOX.cases.>"):
        assert await patrol.hears(subject) is False, subject


@pytest.mark.parametrize("name", ["police", "acme", "zhang", OPERATOR])
async def test_an_outsider_forges_no_fact(user, bus, name):
    forger = await user(name)
    for facts in FACTS.values():
        for fact in facts:
            assert await forger.says(f"{fact.name}.36.02.22.104.201") is False, fact.name
    assert await messages_in(bus, "CASES") == 0


@pytest.mark.parametrize("name", ["police", "acme", "zhang", OPERATOR])
async def test_an_outsider_hears_nothing_but_its_own_inbox(user, name):
    listener = await user(name)
    assert await listener.hears(f"_INBOX.{name}.x") is True
    for subject in (">", "cases.>", "intake.>", "rejected.>", "cmd.>", "_INBOX.>", "_R_.>", "track.>", "contact.>"):
        assert await listener.hears(subject) is False, subject


async def test_an_integrator_posts_only_under_its_own_token(user, bus):
    acme = await user("acme")
    assert await acme.says(intake_subject(IncidentReport, "acme")) is True
    assert await acme.says(intake_subject(TrackBatch, "acme")) is True
    assert await acme.says(intake_subject(IncidentReport, "other")) is False
    assert await acme.says(intake_subject(TrackBatch, "other")) is False
    assert await acme.says(VerifyCase.subject_for("acme", FULIANG)) is False
    assert (await messages_in(bus, "INTAKE"), await messages_in(bus, "TRACKS")) == (1, 1)


async def test_evidence_is_uploaded_under_ones_own_name_and_read_or_named_by_nobody_outside(user, bus):
    for name in ("acme", "zhang", OPERATOR):
        uploading = await user(name)
        assert await uploading.says(f"$O.EVIDENCE.C.{name}.u1") is True
        for forbidden in (
            *("$O.EVIDENCE.C.other.u1", f"$O.EVIDENCE.C.{name}", f"$O.EVIDENCE.C.{name}.u1.x", "$O.EVIDENCE.M.x"),
            *("$O.OTHER.C.x.y", "FOREST.API.STREAM.PURGE.OBJ_EVIDENCE", "FOREST.API.STREAM.MSG.GET.OBJ_EVIDENCE"),
            *("FOREST.API.DIRECT.GET.OBJ_EVIDENCE", "FOREST.API.CONSUMER.CREATE.OBJ_EVIDENCE"),
        ):
            assert await uploading.says(forbidden) is False, (name, forbidden)
        assert await uploading.hears("$O.>") is False
    police = await user("police")
    assert await police.says("$O.EVIDENCE.C.police.u1") is False
    assert await messages_in(bus, "OBJ_EVIDENCE") == 3


@pytest.mark.parametrize("service", SERVICES)
async def test_one_service_alone_owns_the_store_of_evidence_and_even_it_uploads_nothing(user, service):
    owner = await user(service)
    for subject in ("$O.EVIDENCE.M.x", *(f"$JS.API.STREAM.{what}.OBJ_EVIDENCE" for what in ("MSG.GET", "PURGE"))):
        assert await owner.says(subject) is (service == "patrol"), subject
    for subject in ("$O.EVIDENCE.C.acme.u1", "$JS.API.STREAM.DELETE.OBJ_EVIDENCE"):
        assert await owner.says(subject) is False, subject


async def test_outsiders_publish_on_no_subject_that_nobody_hears(user):
    """STACK row 28: no token is free where a kind, a version or a verb stands."""
    acme, zhang, operator = await user("acme"), await user("zhang"), await user(OPERATOR)
    for subject in (
        "intake.acme.ufo.v1",
        "intake.acme.incident.v2",
        "intake.acme.x",
        "track.v2.acme",
        "track.v1.acme.x",
    ):
        assert await acme.says(subject) is False, subject
    for verb in ("cases.dance.v1", "cases.verify.v2", "cases.status.v1", "nobody.verify.v1"):
        assert await zhang.says(f"cmd.{verb}.zhang.36.02.22.000.000") is False, verb
    assert await zhang.says("cmd.cases.verify.v1.zhang.36.02.22.000.000.000") is False
    assert await operator.says("cmd.cases.dance.v1.operator.00.00.00.000.000") is False
    assert await operator.says("cmd.cases.status.v1.operator.00.00.00.000.000") is True


async def test_an_integrator_reads_only_its_own_refusals(user, bus):
    patrol, acme = await user("patrol"), await user("acme")
    await patrol.stream.publish("rejected.acme.incident.v1", b"mine")
    await patrol.stream.publish("rejected.other.incident.v1", b"not mine")
    own = await acme.stream.pull_subscribe_bind("acme", "REJECTED")
    assert [message.data for message in await own.fetch(1, timeout=2)] == [b"mine"]
    assert await acme.says("FOREST.API.CONSUMER.MSG.NEXT.REJECTED.other", b"1") is False


async def test_an_official_asks_only_as_itself_and_within_its_region(user):
    zhang = await user("zhang")
    assert await zhang.says(VerifyCase.subject_for("zhang", FULIANG)) is True
    assert await zhang.says(VerifyCase.subject_for("zhang", Division("360222104201"))) is True
    assert await zhang.says(VerifyCase.subject_for("zhang", LEPING)) is False
    assert await zhang.says(VerifyCase.subject_for("mayor", FULIANG)) is False
    assert await zhang.says(VerifyCase.subject_for(OPERATOR, FULIANG)) is False
    assert await zhang.says(intake_subject(IncidentReport, "zhang")) is False


async def test_a_department_hears_its_region_and_no_other(user):
    cases, police = await user("cases"), await user("police")
    for division in (FULIANG, LEPING):
        await cases.stream.publish(f"{CaseOpened.name}.{division.tokens}", division.encode())
    reading = await police.stream.pull_subscribe_bind("police-opened", "CASES")
    assert [message.data for message in await reading.fetch(1, timeout=2)] == [FULIANG.encode()]
    with pytest.raises(NatsTimeout):
        await reading.fetch(1, timeout=WITHIN_S)


async def test_a_department_makes_no_consumer_wider_or_otherwise(user):
    police = await user("police")
    for filter_subject in (f"{CaseOpened.name}.>", f"{CaseOpened.name}.{LEPING.wildcard}", None):
        wanted = ConsumerConfig(name="wide", durable_name="wide", filter_subject=filter_subject)
        with pytest.raises((NatsTimeout, NoRespondersError, NotFoundError)):
            await police.stream.add_consumer("CASES", wanted, timeout=WITHIN_S)
    assert await police.says("FOREST.API.CONSUMER.MSG.NEXT.CASES.targets-opened", b"1") is False


async def test_a_department_does_not_acknowledge_for_a_service(user):
    police = await user("police")
    assert await police.says("$JS.ACK.CASES.targets-opened.1.1.1.1.0", b"+ACK") is False


async def test_an_oversized_message_is_refused_by_the_streams_receipt(user):
    acme = await user("acme")
    reply = await acme.client.request(intake_subject(IncidentReport, "acme"), b"x" * (1024 * 1024 + 1), timeout=2)
    assert json.loads(reply.data)["error"]["err_code"] == 10054


async def test_only_the_demo_tells_the_time(user):
    for name in EVERYBODY:
        one = await user(name)
        assert await one.says("clock.now", b"2020-06-01T00:00:00Z") is (name == "demo"), name


async def test_a_wrong_password_does_not_come_in(bus):
    url = bus.url("acme").replace(bus.users.password("acme"), "guessed")
    with pytest.raises(nats.errors.Error):
        await nats.connect(url, allow_reconnect=False, max_reconnect_attempts=0, connect_timeout=1)
