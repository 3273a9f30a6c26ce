"""No bytes that the server lets in stop a reader; each message is refused, buried and told, or answered."""

import json

import pytest

from clients.python.connection import connect as connect_to
from clients.python.connection import read_headers
from contracts.language.command import OPERATOR
from deploy.local.bus import Bus
from deploy.nats.provision import provision
from deploy.nats.users import Users
from tests.outsiders import OUTSIDERS
from tests.raw import Raw, block, hpub, pub
from tests.servers import database, migrated, running
from tests.telling import connect

ANYBODY = "anybody"


class CarelessBus(Bus):
    """A bus on which one user inside may say anything: what a mistake of the operator's would let in."""

    def _configure(self):
        path = super()._configure()
        inside, found, rest = path.read_text().partition("jetstream: enabled\n    users: [\n")
        anybody = f"      {{user: {ANYBODY}, password: {json.dumps(self.users.password(ANYBODY))}}}\n"
        path.write_text(inside + found + anybody + rest)
        return path


@pytest.fixture
async def careless(tmp_path):
    server = CarelessBus.prepare(tmp_path / "careless", Users(OUTSIDERS), sync="2m")
    server.start()
    connection = await connect(server, "provisioner")
    await provision(connection.jetstream(timeout=60), server.users.durables(), say=lambda _: None)
    await connection.close()
    yield server
    server.kill()


@pytest.fixture
async def reader(careless):
    client = await connect(careless, "reader")
    yield client
    await client.close()


SUBJECTS = [b"\xff", b"\xed\xa0\x80", b"a\x0bb", b"a\x0cb", b"a\rb", b"a\x00b", b"*", b"y" * 3500, b"\xe6\x9e\x97"]
BLOCKS = [
    b"NATS/1.0 503 \xff\xff\r\n\r\n",
    b"NATS/1.0 \xff\xfe\r\n\r\n",
    b"NATS/1.0 100\r\nName: \xff\r\n\r\n",
    b"NATS/1.0\r\n\xff: \xff\r\nno colon\r\n: nameless\r\n a b: c\r\n\r\n",
    b"NATS/1.0",
    b"NA",
    b"\x00" * 9,
    b"\xff" * 5000,
    b"\r\n\r\n",
]


@pytest.mark.parametrize("name", SUBJECTS)
async def test_a_subject_of_any_bytes_is_read_and_so_is_what_comes_after_it(plain_nats, name):
    """STACK row 28."""
    client, raw = await connect_to(plain_nats), await Raw.connect(plain_nats)
    heard = await client.subscribe("any.>")
    await client.flush()
    await raw.send(pub(b"any." + name, b"1", b"reply." + name[:400]), pub(b"any.other", b"2"))
    first, second = await heard.next_msg(timeout=5), await heard.next_msg(timeout=5)
    assert (first.subject.encode("utf-8", "surrogateescape"), first.data) == (b"any." + name, b"1")
    assert first.reply.encode("utf-8", "surrogateescape") == b"reply." + name[:400]
    assert (second.subject, second.data) == ("any.other", b"2")
    await client.close()
    await raw.close()


@pytest.mark.parametrize("header", BLOCKS)
async def test_a_header_block_of_any_bytes_is_read_and_so_is_what_comes_after_it(plain_nats, header):
    """STACK row 28."""
    client, raw = await connect_to(plain_nats), await Raw.connect(plain_nats)
    heard = await client.subscribe("any.>")
    await client.flush()
    await raw.send(hpub(b"any.header", header, b"1"), hpub(b"any.other", block({"ce-id": "林"}), b"2"))
    first, second = await heard.next_msg(timeout=5), await heard.next_msg(timeout=5)
    assert (first.data, second.data, second.headers) == (b"1", b"2", {"ce-id": "林"})
    await client.close()
    await raw.close()


def test_a_header_that_stands_there_twice_is_noticed_in_any_case():
    found = read_headers(b"NATS/1.0 200 fine\r\nce-id: 1\r\nA:\t2 \r\nCE-ID: 3\r\nA: \xff\r\n\r\n")
    assert found == {"Status": "200", "Description": "fine", "ce-id": "1", "A": "\udcff", "CE-ID": "3"}
    assert found.repeated == {"ce-id", "a"}


def test_a_block_of_a_hundred_thousand_names_is_read_name_by_name():
    """Looked through once for each name, it would take minutes, in which nothing else is read."""
    names = [b"a-%d" % (n // 2) for n in range(100_000)]
    found = read_headers(b"NATS/1.0\r\n" + b"".join(name + b": x\r\n" for name in names) + b"\r\n")
    assert (len(found), len(found.repeated)) == (50_000, 50_000)


async def test_a_reader_goes_on_when_a_message_is_too_much_for_its_subscription(plain_nats):
    async def note(error):
        errors.append(error)

    errors = []
    client = await connect_to(plain_nats, error_cb=note)
    heard = await client.subscribe("any.>", pending_bytes_limit=10)
    await client.publish("any.a", b"x" * 20)
    await client.publish("any.b", b"y")
    assert (await heard.next_msg(timeout=5)).data == b"y"
    assert [error.reply for error in errors] == [""]
    await client.close()


OF_NO_KNOWN_KIND = {
    b"intake.acme.a\x00b.v1": "acme.unknown.v1",
    b"intake.acme." + b"y" * 3500 + b".v1": "acme.unknown.v1",
    b"intake.acme.\xff.v1": "acme.unknown.v1",
    b"intake.acme.incident.v2": "acme.incident.v2",
    b"intake.acme.ufo.v1": "acme.ufo.v1",
    b"intake.acme.incident.v1.more": "acme.unknown.v1",
    b"intake.acme.*.>": "acme.unknown.v1",
    b"intake.acme": "acme.unknown.v1",
    b"track.v2.acme": "acme.track.v2",
    b"track.\xff.acme": "acme.unknown.v1",
    b"track.v1.acme.more": "acme.unknown.v1",
}
FROM_NOBODY = [
    b"intake.\xff.incident.v1",
    b"intake." + b"y" * 3500 + b".progress.v1",
    b"intake.a\x00b.incident.v1",
    b"track.foo",
    b"track.v1.\xff",
    b"track.v1." + b"y" * 3500,
]


@pytest.mark.served
async def test_what_is_of_no_known_kind_is_refused_to_whom_its_subject_names(careless, reader):
    """However it came in: patrol hears the whole of both families (STACK row 28)."""
    refused = await reader.subscribe("rejected.>")
    await reader.flush()
    async with running("patrol", careless, await migrated("patrol")):
        raw = await Raw.connect(careless.url(ANYBODY))
        await raw.send(*(pub(subject, b'{"external_id": "e-1"}') for subject in OF_NO_KNOWN_KIND))
        told = [await refused.next_msg(timeout=60) for _ in OF_NO_KNOWN_KIND]
        await raw.close()
    refusals = [json.loads(one.data) for one in told]
    assert sorted(one.subject for one in told) == sorted(f"rejected.{name}" for name in OF_NO_KNOWN_KIND.values())
    assert [[problem["field"] for problem in one["problems"]] for one in refusals] == [["subject"]] * len(told)
    assert {one["external_id"] for one in refusals} == {"e-1"}
    assert all(one["subject"].isprintable() and len(one["subject"]) <= 1000 for one in refusals)
    assert r"intake.acme.\xff.v1" in {one["subject"] for one in refusals}


@pytest.mark.served
async def test_what_comes_from_nobody_is_buried_and_told_at_once(careless, reader):
    told = {name: await reader.subscribe(f"{name}.dead_lettered.v1.>") for name in ("patrol", "targets")}
    await reader.flush()
    dsns = await database("patrol", "targets")
    async with running("patrol", careless, dsns["patrol"]), running("targets", careless, dsns["targets"]):
        raw = await Raw.connect(careless.url(ANYBODY))
        await raw.send(*(hpub(subject, b"\xff\x00" * 20, b"\x00\xff") for subject in FROM_NOBODY))
        hearing = [told["targets" if b"progress" in subject else "patrol"] for subject in FROM_NOBODY]
        letters = [json.loads((await one.next_msg(timeout=60)).data) for one in hearing]
        await raw.close()
    assert {(letter["attempts"], letter["cause"]) for letter in letters} == {
        (1, "unreadable ce-specversion"),
        (1, "unreadable subject"),
    }
    assert all(letter["subject"].isprintable() and len(letter["subject"]) <= 1000 for letter in letters)
    assert sorted(letter["subject"][:6] for letter in letters) == sorted(s.decode("latin-1")[:6] for s in FROM_NOBODY)


@pytest.mark.served
async def test_whoever_asks_in_any_bytes_is_answered_and_so_is_whoever_asks_next(careless, reader):
    """STACK row 28: one such command made a service deaf for ten seconds."""
    operator = await connect(careless, OPERATOR)
    async with running("targets", careless, await migrated("targets")):
        raw = await Raw.connect(careless.url(ANYBODY))
        answered = await reader.subscribe("_INBOX.reader.any.*")
        await reader.flush()
        asked = [b"cmd.targets." + name + b".v1.zhang.36.02.22.000.000" for name in SUBJECTS]
        asked += [b"cmd.targets.show_plan.v1.zhang.36.02.22." + name + b".000" for name in SUBJECTS]
        lawful = b"cmd.targets.show_plan.v1.operator.00.00.00.000.000"
        frames = [pub(subject, b"{}", b"_INBOX.reader.any.%d" % n) for n, subject in enumerate(asked)]
        frames += [hpub(lawful, header, b"{}", b"_INBOX.reader.any.h%d" % n) for n, header in enumerate(BLOCKS)]
        await raw.send(*frames)
        problems = [json.loads((await answered.next_msg(timeout=60)).data) for _ in frames]
        told = await operator.request(lawful.decode(), b"{}", timeout=5)
        await raw.close()
    assert sorted({problem["status"] for problem in problems}) == [400, 404]
    assert all("set_target.v1" in problem["detail"] for problem in problems if problem["status"] == 404)
    assert json.loads(told.data)["status"] == 400
    await operator.close()
