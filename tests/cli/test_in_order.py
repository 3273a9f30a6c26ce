"""A department that hears all of a service in order, by the client that docs/reliability.md shows."""

import asyncio
import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import nats
import pytest

from deploy.local.home import Home
from tests.cli.conftest import linzhang

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
EXAMPLE = r"<!-- example: in-order -->\n```python\n(.*?)```"
CITY, COUNTY, OTHER = "360200000000", "360222000000", "360281000000"
HERE, THERE = "360222100201", "360281100201"
OFFICE = f"p-{CITY}-office"


async def told(home, *arguments):
    status, out, said = await asyncio.to_thread(linzhang, home, *arguments)
    assert status == 0, said
    return out


async def connected(home, user):
    run = Home(home).running()
    address = f"nats://127.0.0.1:{run.nats_port}"
    return await nats.connect(address, user=user, password=run.passwords[user], inbox_prefix=f"_INBOX.{user}".encode())


class Office:
    """The office of the city, which runs the book of all its counties."""

    def __init__(self, bus):
        self._bus = bus

    async def ask(self, command, **body):
        headers = {
            "ce-specversion": "1.0",
            "ce-id": str(uuid4()),
            "ce-source": OFFICE,
            "ce-type": f"cn.linzhang.{command}",
            "ce-time": datetime.now(UTC).isoformat(),
        }
        subject = f"cmd.{command}.{OFFICE}.36.02.00.000.000"
        answer = await self._bus.request(subject, json.dumps(body).encode(), headers=headers, timeout=30)
        stated = json.loads(answer.data)
        assert "problem" not in answer.headers["content-type"], stated
        return stated

    async def registers(self):
        about = {"kind": "waste", "severity": "minor", "division": HERE, "place": "大洲村村口", "text": "倾倒垃圾"}
        case = await self.ask("cases.register.v1", **about, found_on=date.today().isoformat())
        return case["ref"]["id"]

    async def moves(self, case, division):
        await self.ask("cases.transfer.v1", case_id=case, division=division, place="村口", reason="属地有误")


@pytest.fixture(scope="module")
async def office(up):
    bus = await connected(up.home, OFFICE)
    yield Office(bus)
    await bus.close()


@pytest.fixture(scope="module")
async def counties(up, tmp_path_factory):
    """What two counties need to come to the bus, each in a file."""
    folder = tmp_path_factory.mktemp("counties")
    for name, region in (("here", "360222"), ("there", "360281")):
        file = folder / f"{name}.json"
        add = ("user", "add", "department", f"county-{name}", "--region", region, "--all-of", "cases")
        await told(up.home, *add, "--format", "json", "--out", str(file))
    return folder


async def hears(counties, name):
    """What the client of the page prints of all that is there."""
    program = counties / "client.py"
    program.write_text(re.search(EXAMPLE, PAGE.read_text("utf-8"), re.S)[1])
    command = (sys.executable, str(program), str(counties / f"{name}.json"), str(counties / f"{name}.kept"))
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def of(case, heard):
    return [(int(number), fact) for key, number, fact, _ in heard if key == case]


async def test_a_case_that_begins_in_the_middle_leaves_and_comes_back_keeps_no_county_waiting(up, office, counties):
    case = await office.registers()
    await office.ask("cases.verify.v1", case_id=case)
    assert of(case, await hears(counties, "here")) == [(1, "cases.opened"), (2, "cases.verified")]
    await office.moves(case, THERE)
    due = (date.today() + timedelta(days=30)).isoformat()
    unit = {"id": "u-360281100000", "name": "某镇林业工作站"}
    await office.ask("cases.assign.v1", case_id=case, unit=unit, due_on=due)
    here, there = of(case, await hears(counties, "here")), of(case, await hears(counties, "there"))
    assert [fact for _, fact in here] == ["cases.left"]
    assert [fact for _, fact in there] == ["cases.transferred", "cases.assigned"]
    assert sorted(number for number, _ in (*here, *there)) == [3, 4, 5]
    await office.moves(case, HERE)
    assert [fact for _, fact in of(case, await hears(counties, "here"))] == ["cases.transferred"]
    assert [fact for _, fact in of(case, await hears(counties, "there"))] == ["cases.left"]


async def test_the_same_again_is_set_aside_and_nothing_is_heard_twice(up, office, counties):
    case = await office.registers()
    assert of(case, await hears(counties, "here")) == [(1, "cases.opened")]
    assert await hears(counties, "here") == []


async def test_the_next_message_comes_when_the_one_before_is_settled_and_not_before(up, office, counties):
    await hears(counties, "here")
    case = await office.registers()
    await office.ask("cases.verify.v1", case_id=case)
    me = json.loads((counties / "here.json").read_text())
    (durable,) = me["durables"]
    assert durable == {"stream": "CASES", "durable": "county-here-cases", "hears": "cases.*.*.36.02.22.>"}
    bus = await connected(up.home, me["user"])
    facts = await bus.jetstream(prefix=me["api_prefix"]).pull_subscribe_bind(durable["durable"], durable["stream"])
    (first,) = await facts.fetch(1, timeout=30)
    with pytest.raises(nats.errors.TimeoutError):
        await facts.fetch(1, timeout=0.5)
    await first.nak()
    (again,) = await facts.fetch(1, timeout=30)
    await again.ack()
    (second,) = await facts.fetch(1, timeout=30)
    await second.ack()
    heard = [(one.headers["ce-partitionkey"], int(one.headers["ce-sequence"])) for one in (first, again, second)]
    assert heard == [(case, 1), (case, 1), (case, 2)]
    await bus.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("department", "deaf"), "name a --fact, or a service with --all-of"),
        (("department", "deaf", "--all-of", "courts"), "there is no service courts; there are: roster, patrol"),
    ],
)
async def test_a_department_hears_something_that_there_is(up, arguments, said):
    status, out, complained = await asyncio.to_thread(linzhang, up.home, "user", "add", *arguments)
    assert (status, out, said in re.sub(r"\s+", " ", complained)) == (2, "", True), complained
