"""What is published is what the contracts say, and every payload ever recorded is still understood."""

import ast
import json
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from contracts import VERSION
from contracts.language.message import Command, Intake
from contracts.publishing import publish
from contracts.publishing.asyncapi import document
from contracts.publishing.laid_out import laid_out
from contracts.publishing.schemas import commands, file_name, messages, schemas
from contracts.publishing.words import words
from contracts.publishing.yaml import to_yaml
from contracts.wiring.streams import DURABLES, STREAMS
from tests.published import validator

MESSAGES = {file_name(message): message for message in messages()}
RECORDED = [(path.parent.name, path) for path in sorted(publish.PAYLOADS.glob("*/*.json"))]


@pytest.mark.slow
def test_what_is_committed_is_what_would_be_generated():
    assert list(publish.check()) == []


def test_every_message_has_a_name_of_its_own_a_payload_and_its_words():
    names = [message.name for message in messages()]
    assert len(names) == len(set(names))
    assert {name for name, _ in RECORDED} == set(MESSAGES)
    assert set(words()["messages"]) == set(names)


@pytest.mark.parametrize(("name", "path"), RECORDED, ids=lambda one: getattr(one, "stem", one))
def test_a_payload_of_whichever_version_is_understood_and_told_again_as_the_schema_of_today_has_it(name, path):
    message = MESSAGES[name]
    read = message.model_validate_json(path.read_text("utf-8"))
    told = read.model_dump_json()
    validator(name).validate(json.loads(told))
    assert message.model_validate_json(told) == read


@pytest.mark.slow
@pytest.mark.parametrize("name", MESSAGES)
def test_the_newest_payload_of_a_message_keeps_to_its_schema(name):
    validator(name).validate(publish.payloads()[name][-1])


def test_a_fact_of_a_later_version_keeps_to_the_schema_of_today():
    opened = publish.payloads()["cases.opened.v1"][-1]
    case = {**opened["case"], "state": "later", "kind": "later", "severity": "later", "a_field_of_later": 1}
    later = {**opened, "case": case, "another": []}
    assert validator("cases.opened.v1").is_valid(later)
    assert not validator("cases.opened.v1").is_valid({**later, "case": {**case, "state": 1}})
    assert not validator("cases.opened.v1").is_valid({**later, "case": {**case, "cycle": None}})


@pytest.mark.parametrize(
    ("kind", "details", "valid"),
    [
        ("fire", {"burning": True}, True),
        ("fire", {}, True),
        ("fire", {"burning": "yes"}, False),
        ("felling", {"trees": 3, "a_field_of_later": 1}, True),
        ("felling", {"trees": "3"}, False),
        ("kind_of_later", {"trees": "3"}, True),
    ],
)
def test_the_details_of_an_incident_are_those_of_its_kind_where_that_is_known(kind, details, valid):
    located = publish.payloads()["patrol.located.v1"][-1]
    stated = {"incident": {**located["incident"], "kind": kind, "details": details}}
    assert validator("patrol.located.v1").is_valid(stated) is valid


def shapes():
    """Every schema without what it defines, and every definition, each distinct one once."""
    for schema in schemas().values():
        yield {word: stated for word, stated in schema.items() if word != "$defs"}
        yield from schema.get("$defs", {}).values()


@pytest.mark.slow
def test_every_schema_is_lawful():
    for shape in {json.dumps(shape, sort_keys=True) for shape in shapes()}:
        jsonschema.Draft202012Validator.check_schema(json.loads(shape))


@pytest.mark.parametrize("message", [m for m in messages() if not issubclass(m, Intake | Command)])
def test_a_reader_ignores_what_it_does_not_know(message):
    stated = json.loads(publish.PAYLOADS.joinpath(file_name(message), "001.json").read_text("utf-8"))
    assert message.model_validate({**stated, "new_field": 1}) == message.model_validate(stated)


@pytest.mark.parametrize("message", [m for m in messages() if issubclass(m, Intake | Command)])
def test_a_field_that_is_misspelt_is_refused_by_whoever_is_asked(message):
    stated = json.loads(publish.PAYLOADS.joinpath(file_name(message), "001.json").read_text("utf-8"))
    with pytest.raises(ValueError, match="new_field"):
        message.model_validate({**stated, "new_field": 1})


@pytest.mark.slow
def test_the_asyncapi_document_is_yaml_whose_references_lead_somewhere():
    text = (publish.PUBLISHED / "asyncapi.yaml").read_text("utf-8")
    read = yaml.safe_load(text)
    assert read == json.loads(json.dumps(document(VERSION, publish.examples())))
    for reference in _references(read):
        file, _, path = reference.partition("#/")
        found = json.loads((publish.PUBLISHED / file).read_text("utf-8")) if file else read
        for part in filter(None, path.split("/")):
            found = found[part]


def _references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def test_the_asyncapi_document_has_every_stream_durable_and_command():
    read = document(VERSION, publish.examples())
    assert [stream["name"] for stream in read["x-streams"]] == [stream.name for stream in STREAMS]
    durables = {durable["name"] for stream in read["x-streams"] for durable in stream["durables"]}
    assert durables == {durable.name for of_service in DURABLES.values() for durable in of_service}
    assert sum("reply" in one for one in read["operations"].values()) >= len(list(commands()))


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b: c": [True, None, "x\ny", "null", "- 1"], "d": {}, "e": []},
        [{"a": [1, [2, {"b": "ö: #"}]]}, "text", []],
        {"$ref": "#/x", "on": "off", "deep": {"deeper": {"deepest": ["~"]}}},
    ],
)
def test_our_yaml_is_read_back_as_it_was(value):
    assert yaml.safe_load(to_yaml(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([1, {"a": "中"}], '[1, {"a": "中"}]'),
        ({"a": ["x" * 60, "y" * 60]}, '{\n  "a": [\n    "' + "x" * 60 + '",\n    "' + "y" * 60 + '"\n  ]\n}'),
        ({"a": "x" * 110}, '{"a": "' + "x" * 110 + '"}'),
        ({"a": "x" * 111}, '{\n  "a": "' + "x" * 111 + '"\n}'),
    ],
)
def test_what_fits_on_a_line_of_json_stands_on_one(value, text):
    assert laid_out(value) == text
    assert json.loads(text) == value


def test_a_payload_that_the_message_does_not_take_is_not_recorded():
    with pytest.raises(ValueError, match=r"cases.opened.v1: case: is required"):
        publish.record("cases.opened.v1", "{}")
    with pytest.raises(ValueError, match="there is no message"):
        publish.record("cases.danced.v1", "{}")


def test_the_contracts_import_pydantic_and_nothing_else():
    allowed = {"contracts", "pydantic", "pydantic_core", *sys.stdlib_module_names}
    for path in Path(publish.HERE).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.partition(".")[0] for name in names} <= allowed, path.name
