"""A newer command posted to an older service: what it cannot do it says, and nothing of it is done."""

import json
from uuid import uuid4

import pytest

from clients.python.bus import connected
from contracts.every_service import OPERATIONS
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.envelope import Envelope, to_headers
from contracts.wiring.table import ANSWERS, COMMANDS, SERVICES
from tests.conformance.wire import NOW
from tests.skew.conftest import UNKNOWN_VERBS
from tests.skew.newer import MORE, recorded, with_more, with_word, words

pytestmark = [pytest.mark.served, pytest.mark.timeout(600)]

TOWN = Division("360222100000")
ASKED = [(service, command) for service in SERVICES for command in COMMANDS[service]]
NAMES = [f"{service} is asked {command.name}" for service, command in ASKED]
(FIELD,) = MORE


async def asked_of(older, subject, type_, body):
    """The answer to what an operator asks whose client is newer."""
    headers = to_headers(Envelope(str(uuid4()), OPERATOR, type_, NOW))
    async with connected(older.wire.url(OPERATOR), OPERATOR) as operator:
        reply = await operator.request(subject, json.dumps(body).encode(), headers, timeout=10)
    return json.loads(reply.data)


async def asked(older, command, body):
    return await asked_of(older, command.subject_for(OPERATOR, TOWN), command.type(), body)


def wrong(problem):
    return problem["status"], {(one["field"], one["code"]) for one in problem["errors"]}


def objects(value, path=""):
    """Where in a body an object stands."""
    if isinstance(value, dict):
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in parts:
        yield from objects(inner, f"{path}{name}.")


@pytest.mark.parametrize(("service", "command"), ASKED, ids=NAMES)
async def test_a_field_or_a_word_of_a_later_command_is_refused_by_its_name(older, service, command):
    body = recorded(command)
    told = await asked(older, command, with_more(body))
    free = command.anything_in
    expected = {f"{path}{FIELD}" for path in objects(body) if path.partition(".")[0] not in free}
    assert wrong(told) == (400, {(field, "extra_forbidden") for field in expected})
    for path in words(command, body):
        if path[0] not in free:
            status, errors = wrong(await asked(older, command, with_word(body, path)))
            assert (status, {field for field, _ in errors}) == (400, {".".join(map(str, path))})


@pytest.mark.parametrize("service", SERVICES)
async def test_a_command_that_a_service_does_not_know_is_answered_by_those_that_it_does(older, service):
    for verb in UNKNOWN_VERBS:
        subject = f"cmd.{service}.{verb}.{OPERATOR}.{TOWN.tokens}"
        problem = await asked_of(older, subject, f"cn.linzhang.{service}.{verb}", {})
        known = sorted(".".join(one.parts()[1:]) for one in ANSWERS[service])
        assert (problem["status"], problem["type"].rpartition("/")[2].rpartition(":")[2]) == (404, "unknown-command")
        assert ", ".join(known) in problem["detail"]
        assert len(known) == len(COMMANDS[service]) + len(OPERATIONS)
