"""A newer fact heard by an older service: every service, every fact that it hears, all that a version may add."""

import json
from dataclasses import replace
from uuid import uuid4

import asyncpg
import nats
import pytest

from clients.python.bus import told
from contracts.cases import CaseOpened
from contracts.language.division import Division
from contracts.language.envelope import Envelope, to_headers
from contracts.language.message import Fact
from contracts.language.reading import parse
from contracts.roster import PostStated
from contracts.wiring.streams import DURABLES, durable
from contracts.wiring.table import HEARS, SERVICES
from tests.conformance.wire import NOW, Sent
from tests.skew.conftest import UNKNOWN_FACT
from tests.skew.newer import WORD, recorded, with_more, with_word, words

pytestmark = [pytest.mark.served, pytest.mark.timeout(600)]

HEARD = [(service, fact) for service in SERVICES for fact in HEARS[service] if issubclass(fact, Fact)]
NAMES = [f"{service} hears {fact.name}" for service, fact in HEARD]
CASE_PARTS = ("kind", "severity", "owner", "office", "unit", "extension")
READ = {
    ("patrol", "cases"): (),
    ("roster", "roster.area.v1"): (),
    ("roster", "roster.post.v1"): (),
    ("roster", "cases"): tuple(f"case.{part}" for part in ("ref", "kind", "state", "merged_into", "item")),
    ("cases", "patrol.linked.v1"): (),
    ("notify", "patrol.duty_due_soon.v1"): (),
    ("notify", "patrol.duty_missed.v1"): (),
    ("notify", "patrol.duty_vacant.v1"): (),
    ("notify", "patrol.duty_met.v1"): (),
    ("notify", "patrol.plot_on_natural_forest.v1"): (),
    ("notify", "patrol.clearance_verified.v1"): (),
    ("notify", "patrol.plot_not_cleared.v1"): (),
    ("notify", "patrol.first_step_due.v1"): ("incident.stated.datum",),
    ("notify", "patrol.first_step_missed.v1"): ("incident.stated.datum",),
    ("notify", "patrol.judged.v1"): (),
    ("notify", "patrol.unfinished.v1"): (),
    ("notify", "patrol.appealed.v1"): (),
    ("notify", "patrol.appeal_decided.v1"): (),
    ("notify", "patrol.alarmed.v1"): ("incident.stated.datum",),
    ("targets", "patrol.clearance_recorded.v1"): (),
    ("targets", "patrol.clearance_verified.v1"): (),
    ("targets", "cases.opened.v1"): ("case.answerable",),
    ("notify", "cases.opened.v1"): tuple(f"case.{part}" for part in CASE_PARTS),
}
"""Of which fields a service reads the words, where it does not read them all.

An alarm is told whatever its words are, but for those of a list that does not grow.
"""


def is_read(service, fact, field):
    """Whether a service reads the word that stands in a field of a fact."""
    read = READ.get((service, fact.name), READ.get((service, fact.parts()[0])))
    return read is None or any(field == one or field.startswith(f"{one}.") for one in read)


def of(fact, body, sequence=1, **attributes):
    """A fact as its service would tell it, with these attributes in its envelope."""
    owner = fact.parts()[0]
    plain = fact.model_validate(recorded(fact))
    id = str(uuid4())
    envelope = Envelope(id, owner, fact.type(), NOW, sequence=sequence, partitionkey=plain.partition_key())
    return Sent(owner, plain.told_on(), json.dumps(body).encode(), {**to_headers(envelope), **attributes})


async def settled(older, service, *messages):
    """Tell these and wait until the service has settled all that it hears; returns its dead letters among them."""
    await older.wire.tell(*messages)
    await older.wire.quiet(service)
    letters = await older.letters(service)
    return {one.id: letters[one.id] for one in messages if one.id in letters}


@pytest.mark.parametrize(("service", "fact"), HEARD, ids=NAMES)
async def test_what_a_service_does_not_know_of_a_fact_it_passes_over(older, service, fact):
    body = recorded(fact)
    if "items" in body.get("directive", {}):
        # An item waits until its unit is known, and here no post of it is.
        body["directive"]["items"] = []
    anew = {"ce-nextrelease": "of interest to it", "Next-Release": "7", "ce-tracestate": "a=b"}
    plain, more = of(fact, body), of(fact, with_more(body), **anew)
    assert await settled(older, service, plain, more) == {}


UNHELD = [f"1{'0' * 400}", r'"\u0000"', "NaN"]
"""What may stand in JSON, and in no table."""


@pytest.mark.parametrize(("service", "fact"), HEARD, ids=NAMES)
async def test_what_no_table_holds_in_a_field_that_a_service_does_not_know_does_no_harm(older, service, fact):
    body = recorded(fact)
    if "items" in body.get("directive", {}):
        body["directive"]["items"] = []
    more = with_more(body)
    if "incident" in more:
        # Whatever stands in details is read.
        more["incident"]["details"] = body["incident"]["details"]
    whole = json.dumps(more)
    told_with = [
        replace(of(fact, body, at + 1), body=whole.replace("null}]", f"{odd}}}]").encode())
        for at, odd in enumerate(UNHELD)
    ]
    assert all(one.body != whole.encode() for one in told_with)
    assert await settled(older, service, *told_with) == {}


@pytest.mark.parametrize(("service", "fact"), HEARD, ids=NAMES)
async def test_a_word_that_a_service_does_not_know_is_kept_for_the_version_that_does_where_it_is_read(
    older, service, fact
):
    body = recorded(fact)
    told_with = {".".join(map(str, path)): of(fact, with_word(body, path)) for path in words(fact, body)}
    letters = await settled(older, service, *told_with.values())
    expected = {one.id: field for field, one in told_with.items() if is_read(service, fact, field)}
    assert {id: letter["reason"] for id, letter in letters.items()} == {
        id: f"{field}: enum" for id, field in expected.items()
    }
    assert {letter["attempts"] for letter in letters.values()} <= {1}
    assert {letter["durable"] for letter in letters.values()} <= {durable(service, fact).name}


@pytest.mark.parametrize("service", ["patrol", "targets", "notify"])
async def test_a_campaign_of_the_next_release_is_a_campaign_like_any_other(older, service):
    """Campaigns are data of a province, no list of the contracts: whoever hears of one has it from the case."""
    facts = [fact for fact in HEARS[service] if fact.parts()[0] == "cases"]
    bodies = {fact: recorded(fact) for fact in facts}
    for body in bodies.values():
        body["case"]["campaign"] = WORD
    assert await settled(older, service, *(of(fact, body) for fact, body in bodies.items())) == {}


@pytest.mark.parametrize(("service", "fact"), HEARD, ids=NAMES)
async def test_an_envelope_of_another_version_is_refused_by_its_attribute(older, service, fact):
    """The envelope names the major version alone: fields are added without another name."""
    wrong = {
        "ce-dataschema": (f"{fact.schema_urn()}.1", "header_is_or_none"),
        "ce-type": (f"{fact.type()}.1", "header_is_on"),
        "ce-specversion": ("1.1", "header_is"),
    }
    sent = {name: of(fact, recorded(fact), **{name: value}) for name, (value, _) in wrong.items()}
    letters = await settled(older, service, *sent.values())
    assert {name: letters[one.id]["reason"] for name, one in sent.items()} == {
        name: f"{name}: {rule}" for name, (_, rule) in wrong.items()
    }


def unknown_fact():
    envelope = Envelope(str(uuid4()), "cases", f"cn.linzhang.{UNKNOWN_FACT}", NOW, sequence=9, partitionkey="x")
    subject = f"{UNKNOWN_FACT}.{Division('360222100001').tokens}"
    return Sent("cases", subject, json.dumps({"case": {"dances": True}}).encode(), to_headers(envelope))


async def test_a_fact_that_nobody_knows_comes_to_no_service_and_waits_for_none(older):
    one = unknown_fact()
    await older.wire.tell(one)
    for service in SERVICES:
        await older.wire.quiet(service)
        assert one.id not in await older.letters(service)
    assert [fact["id"] for fact in await older.wire.heard("CASES", f"{UNKNOWN_FACT}.>")][-1:] == [one.id]


def test_a_service_hears_only_facts_that_it_knows_by_name():
    for service, durables in DURABLES.items():
        known = {f"{fact.name}.>" for fact in HEARS[service] if issubclass(fact, Fact)}
        assert {one.filter_subject for one in durables if one.stream not in ("INTAKE", "TRACKS")} == known


async def test_an_older_client_of_a_department_reads_newer_facts_and_those_that_it_does_not_know(older):
    """It takes a word of a later version as `other`, looks over fields and attributes, and is told what is new."""
    body = recorded(CaseOpened)
    body["case"]["kind"] = WORD
    newer, new = of(CaseOpened, with_more(body), **{"ce-nextrelease": "7"}), unknown_fact()
    await older.wire.tell(newer, new)
    (hears,) = next(user for user in older.bus.users.outsiders if user.name == "everything").durables()
    client = await nats.connect(older.wire.url("everything"), inbox_prefix=b"_INBOX.everything")
    try:
        facts = await client.jetstream(prefix="FOREST.API").pull_subscribe_bind(hears.name, hears.stream)
        found = {}
        while not {newer.id, new.id} <= found.keys():
            (message,) = await facts.fetch(1, timeout=10)
            if message.headers["ce-id"] in (newer.id, new.id):
                found[message.headers["ce-id"]] = told(message), message.data
            await message.ack()
    finally:
        await client.close()
    assert found[new.id][0]["type"] == f"cn.linzhang.{UNKNOWN_FACT}"
    assert found[new.id][0]["body"] == {"case": {"dances": True}}
    read = parse(CaseOpened, found[newer.id][1])
    assert (read.case.kind, read.case.ref.number) == ("other", body["case"]["ref"]["number"])


async def kept_post(older, id, service="cases"):
    sql = await asyncpg.connect(older.dsns[service])
    try:
        row = await sql.fetchrow("SELECT sequence, body FROM posts WHERE id = $1", id)
    finally:
        await sql.close()
    return None if row is None else (row["sequence"], json.loads(row["body"]))


@pytest.mark.parametrize("service", ["cases", "notify"])
async def test_what_only_a_later_version_reads_of_a_state_is_there_when_that_comes(older, service):
    body = with_more(recorded(PostStated))
    body["post"]["id"] = f"post-kept-by-{service}"
    assert await settled(older, service, of(PostStated, body, sequence=3)) == {}
    assert await kept_post(older, body["post"]["id"], service) == (3, body["post"])


async def test_what_only_a_later_version_reads_of_an_area_is_there_when_that_comes(older):
    (fact,) = (fact for fact in HEARS["patrol"] if fact.name == "roster.area.v1")
    body = with_more(recorded(fact))
    body["area"]["id"] = "area-kept"
    assert await settled(older, "patrol", of(fact, body, sequence=3)) == {}
    sql = await asyncpg.connect(older.dsns["patrol"])
    kept = await sql.fetchval("SELECT body FROM areas WHERE id = 'area-kept'")
    await sql.close()
    assert json.loads(kept) == body["area"]
