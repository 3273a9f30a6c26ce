"""The worked examples of CONTRIBUTING do what they are for, in a copy of the tree to which their blocks are applied."""

import json
import re
import shutil
import sys
from dataclasses import replace

import pytest

from contracts.cases import CaseVerified
from contracts.language.command import OPERATOR
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.patrol import IncidentReport
from deploy.local.home import Home
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import temporary_home
from deploy.nats.users import Integrator, Official
from services.runtime.ids import uuid7
from tests.cli.conftest import Up
from tests.conformance.scenarios import SCENARIOS, of_case
from tests.conformance.wire import NOW, Wire, fact, posted
from tests.contributing.examples import ROOT, Copy, NotApplied, examples
from tests.outsiders import FULIANG

OFFICE = "p-360222000000-office"

BY_HAND = {
    "A new fact": 3,
    "A reaction in another service": 3,
    "A kind of incident": 1,
    "A move of a case": 4,
    "A noun in a service": 9,
    "A sixth service": 12,
}
"""How many files each example edits or adds: what a change costs."""
pytestmark = pytest.mark.served


def recipe(target):
    """The commands of a target of the Makefile, as argument lists."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    return [
        line.strip().replace("$(BIN)/python", sys.executable).replace("$(BIN)/", "").split()
        for line in found[1].splitlines()
    ]


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A copy of the tree with every example done, one after the other, and what each has edited."""
    copy = Copy.make(tmp_path_factory.mktemp("contributing") / "tree")
    edited = {name: copy.apply(text) for name, text in examples().items()}
    for command in recipe("publish"):
        copy.command(command)
    return copy, edited


@pytest.fixture(scope="module")
async def wire(changed):
    """The bus of the changed system, which runs."""
    copy, _ = changed
    path = temporary_home()
    Home(path).users_file.write((Integrator("desk"), Official(OFFICE, FULIANG)))
    up = await Up(path, "--sync", "2m", place=copy.place, **copy.environment).start()
    run = Home(path).running()
    yield Wire(f"nats://{LOOPBACK}:{run.nats_port}", run.passwords)
    await up.end()
    shutil.rmtree(path, ignore_errors=True)


async def ask(wire, name, body, division="00.00.00.000.000", actor=OPERATOR):
    """What somebody is answered."""
    headers = to_headers(Envelope(uuid7(), actor, f"cn.linzhang.{name}", NOW))
    async with wire.user(actor) as client:
        subject = f"cmd.{name}.{actor}.{division}"
        return json.loads((await client.request(subject, json.dumps(body).encode(), timeout=10, headers=headers)).data)


def test_each_costs_as_many_files_as_it_should(changed):
    _, edited = changed
    assert {name: len(files) for name, files in edited.items()} == BY_HAND


@pytest.mark.parametrize("command", recipe("check"), ids=" ".join)
def test_what_make_check_asks_for_is_so_afterwards(changed, command):
    changed[0].command(command)


def test_a_service_that_reaches_into_another_is_refused_also_when_it_is_new(changed):
    copy, _ = changed
    room = copy.place / "services" / "census" / "count" / "__init__.py"
    before = room.read_text("utf-8")
    room.write_text(f"{before}\nimport services.roster.post.post\n")
    try:
        with pytest.raises(NotApplied, match=r"services\.census\.count -> services\.roster\.post\.post"):
            copy.command(["lint-imports", "--no-logo", "--no-cache"])
    finally:
        room.write_text(before)


def test_a_step_that_does_not_fit_is_named(tmp_path):
    (tmp_path / "a.py").write_text("one = 1\n")
    with pytest.raises(NotApplied, match=r"a\.py has 0 times: two"):
        Copy(tmp_path).apply("In `a.py`, after `two`:\n\n```text\nthree = 3\n```")


def payload(name):
    """What CONTRIBUTING keeps as a real one."""
    found = re.search(
        rf"```payload {re.escape(name)}\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL
    )
    return json.loads(found[1])


async def test_a_new_fact_is_told(wire):
    stated = payload("targets.changed.v1")
    for target in (stated["before"], stated["target"]):
        assert (await ask(wire, "targets.set_target.v1", {"target": target}))["id"] == target["id"]
    (told,) = await wire.wait_for("TARGETS", "targets.changed.v1.>", lambda one: True)
    body = json.loads(told["body"])
    assert (body["before"]["amount"], body["target"]["amount"]) == ("28000.0000", "30000.0000")


async def test_another_service_reacts_to_a_fact(wire):
    scenario = SCENARIOS["notify"]
    verified = fact("cases", of_case(CaseVerified, 1), 2)
    await wire.tell(*scenario.reference)
    await wire.quiet("notify")
    await wire.tell(scenario.cause(1), verified)
    (told,) = await wire.wait_for("NOTIFY", "notify.notified.v1.>", lambda one: one["cause"] == verified.id)
    body = json.loads(told["body"])
    assert (body["about"], [one["post_id"] for one in body["addressees"]]) == (
        "cases.verified.v1",
        ["360222100001-g1-ranger"],
    )


def test_a_new_kind_is_stated_worded_and_given_days(changed):
    copy, _ = changed
    definitions = json.loads((copy.place / "contracts/published/schemas/definitions.json").read_text("utf-8"))["$defs"]
    assert "landslide" in definitions["IncidentKindInput"]["enum"]
    assert "landslide" in definitions["CaseKindInput"]["enum"]
    assert "`landslide` 山体滑坡" in (copy.place / "docs/events.md").read_text("utf-8")
    days = "| `landslide` | 山体滑坡 · landslide | 10 | 20 | 30 |"
    assert days in (copy.place / "docs/cases.md").read_text("utf-8")


async def test_a_new_kind_is_taken_with_its_fields_alarms_and_opens_a_case(wire):
    patrol = SCENARIOS["patrol"]
    await wire.tell(*patrol.reference, *SCENARIOS["cases"].reference)
    await wire.quiet("cases")

    def slid(n, **details):
        seen = IncidentReport.model_validate_json(patrol.cause(n).body)
        report = posted("desk", seen, intake_subject(IncidentReport, "desk"))
        body = json.loads(report.body) | {"kind": "landslide", "details": details}
        return replace(report, body=json.dumps(body).encode())

    refused, taken = slid(11, animals=1), slid(12, ground_mu="3.5")
    await wire.tell(refused, taken)
    (told,) = await wire.wait_for("REJECTED", "rejected.desk.>", lambda one: one["cause"] == refused.id)
    assert [one["field"] for one in json.loads(told["body"])["problems"]] == ["details.animals"]
    (alarm,) = await wire.wait_for("PATROL", "patrol.alarmed.v1.>", lambda one: one["cause"] == taken.id)
    incident = json.loads(alarm["body"])["incident"]
    assert (incident["kind"], incident["details"]) == ("landslide", {"ground_mu": "3.5000"})
    (opened,) = await wire.wait_for(
        "CASES",
        "cases.opened.v1.>",
        lambda one: json.loads(one["body"])["case"]["incident_id"] == incident["id"],
    )
    assert json.loads(opened["body"])["case"]["kind"] == "landslide"


async def test_a_new_move_is_made_and_told(wire):
    scenario, located = SCENARIOS["cases"], SCENARIOS["cases"].cause(4)
    await wire.tell(*scenario.reference)
    await wire.quiet("cases")
    await wire.tell(located)
    (opened,) = await wire.wait_for("CASES", "cases.opened.v1.>", lambda one: one["cause"] == located.id)
    case = json.loads(opened["body"])["case"]
    unit = next(post["unit"] for post in case["answerable"] if post["role"] == "village_chief")
    moves = (("verify", {}), ("assign", {"unit": unit}), ("urge", {"reason": payload("cases.urge.v1")["reason"]}))
    for move, said in moves:
        about = {"case_id": case["ref"]["id"], **said}
        answered = await ask(wire, f"cases.{move}.v1", about, FULIANG.tokens, OFFICE)
    assert answered["state"] == "assigned", answered
    (told,) = await wire.wait_for("CASES", "cases.urged.v1.>", lambda one: True)
    assert json.loads(told["body"])["reason"] == "进度偏慢，请抓紧整改"


async def test_a_new_noun_is_answered_for_and_told(wire):
    lookout = payload("roster.enrol_lookout.v1")
    for _ in range(2):
        assert await ask(wire, "roster.enrol_lookout.v1", lookout) == lookout["lookout"]
    (told,) = await wire.wait_for("ROSTER", "roster.lookout.v1.>", lambda one: True)
    assert (json.loads(told["body"]), told["sequence"]) == (lookout, 1)


async def test_a_sixth_service_hears_tells_and_answers(wire):
    async def counted():
        return (await ask(wire, "census.show.v1", {}, "36.02.22.000.000"))["cases"]

    before = await counted()
    opened = [SCENARIOS["notify"].cause(n) for n in (2, 3)]
    await wire.tell(*opened)
    causes = {one.id for one in opened}
    told = await wire.wait_for(
        "CENSUS", "census.counted.v1.>", lambda one: json.loads(one["body"])["cases"] == before + 2
    )
    assert [one["cause"] in causes for one in told] == [True]
    assert await counted() == before + 2
