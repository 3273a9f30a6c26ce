"""What is published and what is read are one set: proved from the published schemas, both ways."""

import json
import random
from copy import deepcopy

import pytest
from hypothesis import Phase, given, settings
from pydantic import ValidationError

from contracts.language.message import Command, Intake
from contracts.language.reading import parse
from contracts.patrol import IncidentLinked
from contracts.publishing import publish
from contracts.publishing.schemas import file_name, messages
from tests.contracts.from_schema import from_schema
from tests.published import referred, schema, validator

SENT = [message for message in messages() if issubclass(message, Intake | Command)]
SEED = 20200521
MUTATIONS = 60


def published(message):
    return schema(file_name(message))


def recorded(message):
    return [
        json.loads(path.read_text("utf-8")) for path in sorted((publish.PAYLOADS / file_name(message)).glob("*.json"))
    ]


def read(message, stated):
    """What is read of it, or the errors with which it is refused."""
    try:
        return parse(message, json.dumps(stated).encode()), []
    except ValidationError as error:
        return None, error.errors()


ACROSS = {"over_reported", "period_in_order", "person_with_name", "line_or_polygons", "area_twice"}
"""Rules between two fields, which a schema cannot say: docs/contracts.md lists them."""


@pytest.mark.slow
@pytest.mark.parametrize("message", SENT, ids=lambda message: message.name)
def test_what_a_published_schema_has_is_read_and_read_again_as_it_is_written(message):
    @settings(max_examples=20, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(from_schema(published(message)))
    def holds(stated):
        body, errors = read(message, stated)
        assert {error["type"] for error in errors} <= ACROSS, errors
        if body is not None:
            assert parse(message, body.model_dump_json().encode()) == body

    holds()


ODD = (
    None, True, False, 0, -1, 1, 2, 1.0, 0.5, -0.0, 1e-300, 2**31, 2**53 + 1, 2**63, 2**70, 10**400, 1e300,
    float("inf"), "", " ", "0", "1", "-1", "+1", "1.", ".5", "1.00005", "1e3", "NaN", "true", "null", "a", "A", "中文",
    "x" * 129, "x" * 201, "x" * 4001, "a\n", "a\nb", "\t", "\0", "\x7f", "\x85", "\u2028", "\u200b", "\ufeff",
    "\U0001f332", "e\u0301", "\ud800", "2020-05-21", "2020-02-30", "20200521", "2020-05-21T08:00:00Z",
    "2020-05-21t08:00:00z", "2020-05-21T08:00:00", "2020-05-21T24:00:00Z", "2020-05-21T08:00:60Z",
    "2020-05-21T08:00:00+24:00", "2020-05-21T08:00:00-23:59", "1590000000", "2020-05-21 08:00:00Z",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2020-05-21T08:00:00,5Z", "2020-W21-4",
    "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}", "0" * 32, "360222104201",
    "36022210420", "other", "fire", "wgs84", "MultiPolygon", [], {}, [None], [[]], {"": None}, [1, 2, 3], {"id": "a"},
)  # fmt: skip


def places(value, path=()):
    """The path of every part of a payload."""
    yield path
    for name, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, name))


def mutated(stated, chance):
    """The payload with one or two parts in another way: another value, one key more or less, a list longer or empty."""
    whole = deepcopy(stated)
    for _ in range(chance.choice((1, 1, 1, 2))):
        path = chance.choice(list(places(whole)))
        if not path:
            whole[chance.choice(("new_field", "", "id", "speed"))] = deepcopy(chance.choice(ODD))
            continue
        above = whole
        for name in path[:-1]:
            above = above[name]
        part = above[path[-1]]
        way = chance.randrange(6)
        if way == 0:
            del above[path[-1]]
        elif way == 1 and isinstance(part, dict):
            part[chance.choice(("new_field", "type", "x-y"))] = deepcopy(chance.choice(ODD))
        elif way == 2 and isinstance(part, list) and part:
            part *= chance.choice((0, 2, 60))
        elif way == 3 and isinstance(part, str):
            at = chance.randrange(len(part) + 1)
            above[path[-1]] = (
                part[:at] + chance.choice(("\n", "\0", " ", "x", "0", "é", "\ud800", "\u2029")) + part[at:]
            )
        elif way == 4 and isinstance(part, int | float) and not isinstance(part, bool) and abs(part) < 10**12:
            above[path[-1]] = chance.choice((str(part), -part, float(part), part + 0.5, part * 10**6, part + 1))
        else:
            above[path[-1]] = deepcopy(chance.choice(ODD))
    return whole


@pytest.mark.parametrize("message", SENT, ids=lambda message: message.name)
def test_the_reader_and_the_published_schema_give_one_verdict_on_a_mutated_payload(message):
    chance = random.Random(f"{SEED} {message.name}")
    payloads = recorded(message)
    for _ in range(MUTATIONS):
        stated = mutated(chance.choice(payloads), chance)
        body, errors = read(message, stated)
        lawful = validator(file_name(message)).is_valid(stated)
        across = {error["type"] for error in errors} <= ACROSS and body is None
        # Half a surrogate pair is no Unicode: the reader takes no such text, also where anything may stand.
        no_unicode = bool(errors) and errors[0]["type"] == "json_invalid" and r"\ud800" in json.dumps(stated)
        if not across and not no_unicode:
            assert (body is not None) == lawful, (json.dumps(stated), errors[:3])


def bounds(schema, path):
    """Each part of a schema that has no bound: a number, a text, a list, or an object of any keys."""
    for one in (schema, *schema.get("allOf", ())):
        if "$ref" in one:
            yield from bounds(referred(one["$ref"]), path)
    kind = schema.get("type")
    if kind in ("integer", "number") and not {"minimum", "maximum"} <= schema.keys():
        yield path, kind
    if kind == "string" and not schema.keys() & {"enum", "const", "pattern"}:
        yield path, kind
    if kind == "string" and "*" in schema.get("pattern", "") and "maxLength" not in schema:
        yield path, "text of any length"
    if kind == "array" and "maxItems" not in schema:
        yield path, kind
    if kind == "object" and schema.get("additionalProperties") is not False:
        yield path, kind
    for name, part in schema.get("properties", {}).items():
        yield from bounds(part, f"{path}.{name}")
    for part in (*schema.get("anyOf", ()), *schema.get("prefixItems", ())):
        yield from bounds(part, path)
    if "items" in schema:
        yield from bounds(schema["items"], f"{path}[]")


ANYTHING = ("intake.track.v1.points[]", "object")
"""What is wrong with a point is counted, so that anything may stand there; the weight of a message bounds it."""


@pytest.mark.parametrize("message", SENT, ids=lambda message: message.name)
def test_every_number_text_and_list_that_people_send_has_bounds_in_its_schema(message):
    unbounded = [ANYTHING] if message.name == "intake.track.v1" else []
    assert list(bounds(published(message), message.name)) == unbounded


@pytest.mark.parametrize("weight", [1_000_000_000, 1_000_000_001])
def test_how_many_reports_a_fact_tells_of_is_no_more_than_a_table_holds(weight):
    (linked, *_) = recorded(IncidentLinked)
    body, _ = read(IncidentLinked, {**linked, "weight": weight})
    assert (body is not None) == (weight == 1_000_000_000)
