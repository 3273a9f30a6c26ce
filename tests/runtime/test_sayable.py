"""What is said of a failure names its kind and its place, and quotes nothing, whatever a library says of a value."""

import json
import re

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.language.intake import Problem
from contracts.language.rules import Wrong, broken
from services.runtime.hearing.burial import Unreadables
from services.runtime.hearing.outline import our_names, outline, places
from services.runtime.problem import Problem as Refusal
from services.runtime.saying.sayable import said_of, trace_of
from services.runtime.telling.outbox import Untellable
from tests.servers import migrated, transaction

SECRET = "张三 13800138000"


def raised(work):
    try:
        work()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def deep():
    raise KeyError(SECRET)


def caused():
    try:
        deep()
    except KeyError as error:
        raise ValueError(f"{SECRET} is none") from error


def grouped():
    raise ExceptionGroup(SECRET, [raised(deep), raised(caused)])


def misread():
    TypeAdapter(dict[str, int]).validate_python({SECRET: SECRET})


@pytest.mark.parametrize("work", [deep, caused, grouped, misread, lambda: int(SECRET), lambda: {}[SECRET]])
def test_no_failure_of_ours_or_of_a_library_is_said_with_a_value(work):
    error = raised(work)
    for said in (said_of(error), trace_of(error)):
        assert [word for word in SECRET.split() if word in said] == []
    assert trace_of(error).splitlines()[0] == "Traceback (most recent call last):"
    assert type(error).__name__ in trace_of(error)


def test_the_place_of_a_failure_is_the_innermost_of_our_own():
    line = deep.__code__.co_firstlineno + 1
    assert said_of(raised(deep)) == f"in {__name__}.deep, line {line}"
    assert said_of(KeyError(SECRET)) == "KeyError"
    assert trace_of(raised(caused)).splitlines()[-1].startswith(f"ValueError: in {__name__}.caused, line ")
    assert f"KeyError: in {__name__}.deep, line {line}" in trace_of(raised(caused))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionResetError("gone"), "gone"),
        (TimeoutError(), "TimeoutError"),
        (Refusal(404, "not-found", broken("no_nul")), "not-found"),
        (Refusal(422, "not-lawful", None, errors=[Wrong(field="unit.id", rule=broken("no_nul"))]), "unit.id: no_nul"),
        (Unreadables("case: missing"), "case: missing"),
        (Untellable("cases.opened.v1: too long"), "cases.opened.v1: too long"),
    ],
)
def test_what_is_away_and_what_is_ours_is_said_in_its_own_words(error, said):
    assert said_of(error) == said


ROW = (
    "CREATE TEMPORARY TABLE row (name text UNIQUE CONSTRAINT short CHECK (length(name) < 20), number integer NOT NULL)"
)


@pytest.mark.served
@pytest.mark.parametrize(
    ("statement", "arguments", "said"),
    [
        ("INSERT INTO row SELECT $1 || repeat('x', 20), 1", (SECRET,), "SQLSTATE 23514, table row, constraint short"),
        ("INSERT INTO row VALUES ($1, 1), ($1, 2)", (SECRET,), "SQLSTATE 23505, table row, constraint row_name_key"),
        ("INSERT INTO row VALUES ($1, NULL)", (SECRET,), "SQLSTATE 23502, table row, column number"),
        ("SELECT $1::text::integer", (SECRET,), "SQLSTATE 22P02"),
        ("SELECT $1::text::jsonb", (SECRET,), "SQLSTATE 22P02"),
        ("SELECT $1::text::timestamptz", (SECRET,), "SQLSTATE 22007"),
        ("SELECT $1::integer", (SECRET,), None),
    ],
)
async def test_of_a_refusal_of_the_database_the_code_and_the_constraint_are_said_and_no_row(statement, arguments, said):
    async with transaction(await migrated("targets")) as tx:
        await tx.sql.execute(ROW)
        with pytest.raises((asyncpg.PostgresError, asyncpg.DataError)) as found:
            await tx.sql.fetch(statement, *arguments)
    assert any(word in str(found.value) for word in (*SECRET.split(), "null value"))
    assert said is None or said_of(found.value) == said
    assert [word for word in SECRET.split() if word in said_of(found.value) + trace_of(found.value)] == []


class Person(BaseModel):
    name: int


def test_of_what_a_model_refuses_the_kinds_of_faults_are_said():
    with pytest.raises(ValidationError) as found:
        Person.model_validate({"name": SECRET})
    assert said_of(found.value) == "Person: int_parsing"


def problem(field, code="missing"):
    return Problem(field=field, rule=f"must not be {SECRET}", code=code)


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("case.ref.id", "case.ref.id"),
        ("evidence.12.sha256", "evidence.12.sha256"),
        ("ce-traceparent", "ce-traceparent"),
        ("body", "body"),
        (f"case.{SECRET}", "case.?"),
        ("evidence.13800138000", "evidence.?"),
        ("ce-zhangsan", "?"),
        ("zhangsan", "?"),
    ],
)
def test_a_field_is_named_where_a_contract_has_it(field, shown):
    assert places([problem(field, "too_long")]) == f"{shown}: too_long"


def test_an_outline_has_names_and_kinds():
    body = {"case": {"kind": "felling", "zhangsan": 1}, "evidence": [1, None, True, 4], "text": "张三"}
    assert outline(json.dumps(body).encode()) == (
        '{"case": {"kind": "text of 7", "?": "int"}, "evidence": ["int", "null", "bool"], "text": "text of 2"}'
    )
    assert outline(b"\xff{") == "no JSON, 2 bytes"


ANY = st.recursive(st.text() | st.integers() | st.none(), lambda one: st.lists(one) | st.dictionaries(st.text(), one))


@given(ANY)
def test_no_body_shows_a_word_that_is_not_ours(value):
    shown = outline(json.dumps(value).encode())
    allowed = our_names() | {"text", "of", "int", "null", "bool", "float", "list", "dict", "no", "JSON", "bytes"}
    assert set(re.findall(r"[^\W\d_][\w-]*", shown)) <= allowed
