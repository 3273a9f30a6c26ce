"""What every service promises: facts for facts, answers, problems, and that repeats and orders do no harm."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.every_service import DiscardDeadLetters, ListDeadLetters
from contracts.wiring.table import SERVICES
from tests.conformance.scenarios import SCENARIOS
from tests.published import validator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def scenario(under_test):
    """What the service is given; the roster's facts have been told."""
    if under_test.service not in SCENARIOS:
        pytest.skip("what roster promises is in its commands")
    found = SCENARIOS[under_test.service]
    await under_test.wire.tell(*found.reference)
    await under_test.wire.quiet(under_test.service)
    return found


async def told(under_test, scenario, message):
    """The facts that one message brought about."""
    return await under_test.wire.wait_for(scenario.stream, f"{scenario.told}.>", lambda one: one["cause"] == message.id)


async def test_a_fact_brings_about_a_fact(under_test, scenario):
    message = scenario.cause(1)
    await under_test.wire.tell(message)
    (fact,) = await told(under_test, scenario, message)
    assert fact["subject"].startswith(scenario.told)


async def test_a_repeat_brings_about_nothing_more(under_test, scenario):
    message = scenario.cause(2)
    await under_test.wire.tell(message)
    await told(under_test, scenario, message)
    await under_test.wire.tell(message.late(), message.late())
    await under_test.wire.quiet(under_test.service)
    assert len(await told(under_test, scenario, message)) == 1


async def test_the_other_order_ends_the_same(under_test, scenario):
    messages = scenario.swapped(3)
    await under_test.wire.tell(*messages)
    await under_test.wire.quiet(under_test.service)
    causes = {message.id for message in messages}
    facts = await under_test.wire.heard(scenario.stream, f"{scenario.told}.>")
    assert sum(one["cause"] in causes for one in facts) == scenario.after_swap


async def test_what_cannot_be_read_is_told_and_holds_nothing_up(under_test, scenario):
    torn, good = scenario.cause(4).torn(), scenario.cause(5)
    await under_test.wire.tell(torn, good)
    await told(under_test, scenario, good)
    if torn.subject.startswith("intake."):
        stream, subject = "REJECTED", f"rejected.{torn.user}.>"
    else:
        stream, subject = "ADVISORY", f"{under_test.service}.dead_lettered.v1.>"
    about = await under_test.wire.wait_for(
        stream, subject, lambda one: json.loads(one["body"])["message_id"] == torn.id
    )
    assert len(about) == 1


async def test_a_wrong_command_is_answered_by_a_problem_that_names_the_field(under_test):
    kind, problem = await under_test.wire.ask(under_test.service, DiscardDeadLetters, b'{"ids": [], "reason": "x"}')
    assert kind.startswith("application/problem+json")
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["status"] in (400, 422)
    assert [error["field"] for error in problem["errors"]] == ["ids"]
    assert all(error["rule"] for error in problem["errors"])


async def test_the_same_command_again_has_the_same_answer_and_another_under_its_id_is_refused(under_test):
    id, ids = str(uuid4()), [str(uuid4())]
    asked = json.dumps({"ids": ids, "reason": "not needed"}).encode()
    first = await under_test.wire.ask(under_test.service, DiscardDeadLetters, asked, id)
    assert first[1] == {"changed": 0}
    assert await under_test.wire.ask(under_test.service, DiscardDeadLetters, asked, id) == first
    other = json.dumps({"ids": ids, "reason": "another reason"}).encode()
    kind, problem = await under_test.wire.ask(under_test.service, DiscardDeadLetters, other, id)
    assert (kind.partition(";")[0], problem["status"]) == ("application/problem+json", 409)


async def test_dead_letters_are_listed_for_the_operator(under_test, scenario):
    _, answer = await under_test.wire.ask(under_test.service, ListDeadLetters, b"{}")
    expected = not scenario.cause(6).subject.startswith("intake.")
    assert bool(answer["groups"]) == expected


async def test_all_that_it_told_is_as_published_and_in_order(under_test, scenario):
    last = defaultdict(int)
    facts = await under_test.wire.heard(scenario.stream, f"{under_test.service}.>")
    assert facts
    for one in facts:
        headers = one["headers"]
        name = ".".join(one["subject"].split(".")[:3])
        validator(name).validate(json.loads(one["body"]))
        assert headers["ce-specversion"] == "1.0"
        assert headers["ce-id"] == headers["Nats-Msg-Id"]
        assert headers["ce-source"] == under_test.service
        assert headers["ce-type"].endswith(name)
        assert headers["ce-time"]
        assert one["sequence"] == last[one["key"]] + 1, one["subject"]
        last[one["key"]] = one["sequence"]


async def test_the_streams_heard_again_from_the_start_bring_about_nothing_new(under_test, scenario):
    before = await under_test.wire.heard(scenario.stream, f"{under_test.service}.>")
    await under_test.wire.replay(under_test.service)
    await under_test.wire.ready(under_test.service)
    await under_test.wire.quiet(under_test.service)
    assert await under_test.wire.heard(scenario.stream, f"{under_test.service}.>") == before


@pytest.mark.served
def test_the_suite_knows_no_service():
    loads = "import sys, tests.conformance.conftest, tests.conformance.test_conformance; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loads], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [name for name in done.stdout.split() if name.partition(".")[0] == "services"] == []


def test_there_is_a_scenario_for_whoever_hears_anything():
    assert set(SERVICES) - set(SCENARIOS) == {"roster"}
