"""The AsyncAPI document, read by the official parser as a viewer reads it, tells an outsider everything."""

import asyncio
import json
import re

import pytest

from contracts.cases import Case
from contracts.language.intake import Refusal
from contracts.language.message import Command, Fact
from contracts.publishing import publish
from contracts.publishing.schemas import commands, file_name, key_of, messages
from contracts.wiring.table import ANSWERS, SERVICES

TOLD = [key_of(message) for message in messages() if issubclass(message, Fact) or message is Refusal]
CHINESE, ENGLISH = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]{2}")


def in_both(text):
    return bool(CHINESE.search(text) and ENGLISH.search(text))


@pytest.fixture(scope="module")
async def document(generators):
    program = await asyncio.create_subprocess_exec(
        *("node", str(generators / "asyncapi.mjs"), str(publish.PUBLISHED / "asyncapi.yaml")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await program.communicate()
    assert program.returncode == 0, complained.decode()
    return json.loads(said)


def test_the_parser_finds_neither_an_error_nor_a_warning(document):
    assert document["faults"] == []


def test_every_message_is_there_with_a_title_and_a_meaning_in_both_languages_under_its_service(document):
    found = document["messages"]
    answers = {f"{key_of(command)}-answer" for command in commands()}
    assert set(found) == {*(key_of(message) for message in messages()), *answers, "problem"}
    for name, message in found.items():
        assert in_both(message["title"]), name
        assert in_both(message["description"]), name
    for message in messages():
        service = message.parts()[0]
        at = "every-service" if service == "*" else service
        tags = found[key_of(message)]["tags"]
        assert at in tags or message is Refusal or service == "intake"
        assert set(tags) <= set(document["tags"])


def test_every_field_of_every_message_has_its_meaning_in_both_languages(document):
    found = {
        f"{name}: {field}": said
        for name, message in document["messages"].items()
        for field, said in message["fields"].items()
    }
    assert len(found) > 1_000
    assert [field for field, said in found.items() if " · " not in said or not ENGLISH.search(said)] == []


def test_the_example_of_a_message_is_the_newest_that_was_recorded(document):
    recorded = publish.payloads()
    for message in messages():
        assert document["messages"][key_of(message)]["examples"] == [recorded[file_name(message)][-1]]


def test_a_command_that_is_answered_with_a_case_shows_one_that_was_recorded(document):
    case = publish.payloads()["cases.verified.v1"][-1]["case"]
    with_case = [command for command in commands() if command.answer is Case]
    assert len(with_case) > 30
    for command in with_case:
        assert document["messages"][f"{key_of(command)}-answer"]["examples"] == [case]


def test_what_a_fact_always_has_in_its_headers_is_required(document):
    always = {
        *("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "ce-dataschema", "ce-partitionkey"),
        *("ce-sequence", "ce-correlationid", "Nats-Msg-Id", "content-type"),
    }
    for name in TOLD:
        common, own = document["messages"][name]["headers"]["allOf"]
        assert set(common["required"]) == always
        assert own["properties"]["ce-type"]["const"].startswith("cn.linzhang.")


def test_each_command_says_where_its_answer_comes_and_in_which_queue_it_is_answered(document):
    for service in SERVICES:
        for command in ANSWERS[service]:
            found = document["operations"][f"{service}-answers-{command.parts()[1]}"]
            reply = {"address": "_INBOX.{actor}.{inbox}", "messages": [f"{key_of(command)}-answer", "problem"]}
            assert (found["action"], found["reply"]) == ("receive", reply)
            assert found["bindings"] == [{"protocol": "nats", "queue": service}]
            assert issubclass(command, Command)
            assert found["tags"] == [service]


def test_a_reader_learns_where_the_bus_is_how_to_come_to_it_and_who_may_do_what(document):
    (server,) = document["servers"]
    assert (server["url"], server["protocol"], server["bindings"]) == ("nats://{host}:{port}/", "nats", ["nats"])
    assert server["security"] == 1
    assert in_both(server["description"])
    for word in ("integrator", "department", "official", "operator", "FOREST.API", "_INBOX.", "ce-sequence"):
        assert word in document["about"], word
