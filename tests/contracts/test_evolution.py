"""A break within a major version is named: the field, its kind, and the remedy."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from contracts.language.values import OpenEnum
from contracts.publishing import publish
from contracts.publishing.evolution import breaks, moves


def told(**fields):
    """The schema of a fact with these fields."""
    return _schema(ConfigDict(), fields, "serialization")


def sent(**fields):
    """The schema of what somebody sends us with these fields."""
    return _schema(ConfigDict(extra="forbid"), fields, "validation")


def _schema(config, fields, mode):
    annotations = {name: kind[0] if isinstance(kind, tuple) else kind for name, kind in fields.items()}
    defaults = {name: kind[1] for name, kind in fields.items() if isinstance(kind, tuple)}
    model = type("M", (BaseModel,), {"__annotations__": annotations, "model_config": config, **defaults})
    return model.model_json_schema(mode=mode)


def where(schema, word, **fields):
    """The schema, where more holds if `a` is this word."""
    asked = {"if": {"properties": {"a": {"enum": [word]}}}, "then": {"properties": sent(**fields)["properties"]}}
    return {**schema, **asked}


class Inner(BaseModel):
    lon: float


class InnerWithout(BaseModel):
    lat: float = 0.0


InnerWithout.__name__ = "Inner"


class InnerBounded(BaseModel):
    lon: Annotated[float, Field(le=180)]


InnerBounded.__name__ = "Inner"


class Word(OpenEnum):
    X = "x"
    Y = "y"
    OTHER = "other"


class Fewer(OpenEnum):
    X = "x"
    OTHER = "other"


Fewer.__name__ = "Word"
Short = Annotated[str, Field(max_length=3)]
Shorter = Annotated[str, Field(max_length=2)]
NAME = "cases.opened.v1"


@pytest.mark.parametrize(
    ("before", "now", "field", "kind"),
    [
        (told(a=int, b=str), told(a=int), "b", "removed"),
        (told(a=int, b=str), told(a=int, c=(str, "")), "b", "renamed to c"),
        (told(a=int), told(a=str), "a", "retyped from integer to string"),
        (told(a=int), told(a=int | None), "a", "retyped from integer to integer or null"),
        (told(a=list[int]), told(a=list[str]), "a[]", "retyped from integer to string"),
        (told(a=Inner), told(a=InnerWithout), "a.lon", "renamed to lat"),
        (sent(a=int), sent(a=int, b=int), "b", "newly required"),
        (told(a=int), told(a=int, b=str), "b", "newly required"),
        (told(a=(int, 1)), told(a=int), "a", "newly required"),
        (told(a=Literal["x"]), told(a=Literal["x", "y"]), "a", "a closed list has y too"),
        (told(a=Literal["x"]), told(a=Word), "a", "no longer one of x"),
        (sent(a=Word), sent(a=Fewer), "a", "no longer takes y"),
        (sent(a=(int, 1)), sent(a=int), "a", "newly required"),
        (sent(a=int | None), sent(a=int), "a", "no longer takes null"),
        (sent(a=(str, Field(max_length=9))), sent(a=(str, Field(max_length=5))), "a", "maxLength narrowed to 5"),
        (sent(a=int), sent(a=(int, Field(ge=1))), "a", "minimum narrowed to 1"),
        (sent(a=(int, Field(le=9))), sent(a=(int, Field(le=8))), "a", "maximum narrowed to 8"),
        (sent(a=(int, Field(gt=1))), sent(a=(int, Field(gt=2))), "a", "exclusiveMinimum narrowed to 2"),
        (sent(a=(str, Field(min_length=1))), sent(a=(str, Field(min_length=2))), "a", "minLength narrowed to 2"),
        (sent(a=list[int]), sent(a=(list[int], Field(max_length=5))), "a", "maxItems narrowed to 5"),
        (sent(a=str), sent(a=(str, Field(pattern="^a$"))), "a", "pattern was None, is ^a$"),
        (sent(a=(str, Field(pattern="^ab?$"))), sent(a=(str, Field(pattern="^a$"))), "a", "pattern was ^ab?$, is ^a$"),
        (sent(a=str), sent(a=date), "a", "format was None, is date"),
        (sent(a=Literal["x", "y"]), sent(a=Literal["x", "z"]), "a", "no longer takes y"),
        (sent(a=str), sent(a=Literal["x", "z"]), "a", "takes only x, z"),
        (sent(a=int | str), sent(a=int), "a", "no longer takes string"),
        (sent(a=int), sent(a=(int, Field(multiple_of=5))), "a", "multipleOf was None, is 5"),
        (sent(a=(int, Field(lt=9))), sent(a=(int, Field(lt=8))), "a", "exclusiveMaximum narrowed to 8"),
        (sent(a=list[int]), sent(a=(list[int], Field(min_length=1))), "a", "minItems narrowed to 1"),
        (sent(a=dict[str, int]), sent(a=(dict[str, int], Field(max_length=3))), "a", "maxProperties narrowed to 3"),
        (sent(a=dict[str, int]), sent(a=(dict[str, int], Field(min_length=3))), "a", "minProperties narrowed to 3"),
        (sent(a=int | str | list[int]), sent(a=int | str), "a", "no longer takes array"),
        (sent(a=list[int] | list[str]), sent(a=list[int] | int), "a", "alternative 2 is gone"),
        (told(a=int), told(a=(int, 1)), "a", "may now be missing"),
        (sent(a=int | None), sent(a=(Annotated[int, Field(le=9)] | None, None)), "a", "maximum narrowed to 9"),
        (sent(a=list[Short]), sent(a=list[Shorter]), "a[]", "maxLength narrowed to 2"),
        (sent(a=dict[str, Short]), sent(a=dict[str, Shorter]), "a{}", "maxLength narrowed to 2"),
        (sent(a=tuple[int, Short]), sent(a=tuple[int, Shorter]), "a[]", "maxLength narrowed to 2"),
        (sent(a=Inner), sent(a=InnerBounded), "a.lon", "maximum narrowed to 180"),
        (told(a=(int, Field(le=8))), told(a=(int, Field(le=9))), "a", "maximum widened to 9"),
        (told(a=(int, Field(le=8))), told(a=int), "a", "maximum taken away"),
        (told(a=(int, Field(ge=1))), told(a=(int, Field(ge=0))), "a", "minimum widened to 0"),
        (told(a=(str, Field(max_length=5))), told(a=(str, Field(max_length=6))), "a", "maxLength widened to 6"),
        (told(a=(str, Field(min_length=1))), told(a=str), "a", "minLength taken away"),
        (told(a=(list[int], Field(max_length=5))), told(a=list[int]), "a", "maxItems taken away"),
        (told(a=(str, Field(pattern="^a$"))), told(a=(str, Field(pattern="^ab?$"))), "a", "pattern was ^a$, is ^ab?$"),
        (told(a=(str, Field(pattern="^a$"))), told(a=str), "a", "pattern was ^a$, is None"),
        (told(a=date), told(a=datetime), "a", "format was date, is date-time"),
        (told(a=date | None), told(a=str | None), "a", "format was date, is None"),
        (told(a=InnerBounded), told(a=Inner), "a.lon", "maximum taken away"),
        (told(a=list[Shorter]), told(a=list[Short]), "a[]", "maxLength widened to 3"),
        (sent(a=Word, b=str), where(sent(a=Word, b=str), "x", b=Short), "-", "more is asked where a is x"),
        (sent(a=str, b=str), where(sent(a=str, b=str), "x", b=Short), "-", "more is asked where a is x"),
        (
            where(sent(a=Word, b=str), "x", b=Short),
            where(sent(a=Word, b=str), "x", b=Shorter),
            "b",
            "maxLength narrowed to 2",
        ),
        (where(told(a=Word, b=str), "x", b=Short), told(a=Word, b=str), "-", "nothing more is said where a is x"),
    ],
)
def test_a_break_names_the_field_and_its_kind_and_the_remedy(before, now, field, kind):
    (found,) = breaks({NAME: before}, {NAME: now})
    assert (found.message, found.field, found.kind) == (NAME, field, kind)
    assert found.remedy.endswith("make cases.opened.v2")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (told(a=int), told(a=int)),
        (told(a=int), told(a=int, b=(str, ""))),
        (told(a=Word), told(a=Fewer)),
        (told(a=Fewer | None), told(a=Word | None)),
        (sent(a=Fewer), sent(a=Word)),
        (told(a=int | None), told(a=int)),
        (sent(a=int), sent(a=int, b=(int, 1))),
        (sent(a=int), sent(a=Any)),
        (sent(a=int), sent(a=int | None)),
        (sent(a=(str, Field(max_length=5))), sent(a=(str, Field(max_length=9)))),
        (sent(a=(str, Field(pattern="^a$"))), sent(a=str)),
        (sent(a=(int, Field(ge=1))), sent(a=int)),
        (sent(a=Literal["x"]), sent(a=Literal["x", "y"])),
        (told(a=str), told(a=(str, Field(pattern="^a$")))),
        (told(a=str), told(a=(str, Field(max_length=5)))),
        (told(a=(int, Field(ge=0))), told(a=(int, Field(ge=1)))),
        (sent(a=Fewer, b=str), where(sent(a=Word, b=str), "y", b=Short)),
        (where(sent(a=Word, b=str), "x", b=Short), sent(a=Word, b=str)),
    ],
)
def test_what_readers_and_senders_can_live_with_is_no_break(before, now):
    assert breaks({NAME: before}, {NAME: now}) == []


def with_details(**fields):
    """The schema of a report whose details, of one kind, have these fields."""
    of_fires = {"type": "object", "properties": fields}
    return {
        "type": "object",
        "properties": {"kind": {"type": "string"}, "details": {"anyOf": [{"type": "object"}]}},
        "if": {"properties": {"kind": {"enum": ["fire"]}}},
        "then": {"properties": {"details": of_fires}},
    }


def test_what_holds_for_one_kind_alone_is_compared_too():
    burnt = {"type": "string", "pattern": "^a$"}
    (found,) = breaks({NAME: with_details(burnt=burnt, trees={"type": "integer"})}, {NAME: with_details(burnt=burnt)})
    assert (found.field, found.kind) == ("details.trees", "removed")
    (wider,) = breaks({NAME: with_details(burnt=burnt)}, {NAME: with_details(burnt={"type": "string"})})
    assert (wider.field, wider.kind) == ("details.burnt", "pattern was ^a$, is None")
    (gone,) = breaks(
        {NAME: with_details()}, {NAME: {**with_details(), "if": {"properties": {"kind": {"enum": ["x"]}}}}}
    )
    assert (gone.field, gone.kind) == ("-", "nothing more is said where kind is fire")


def test_a_break_of_a_type_that_messages_share_is_named_for_each_of_them():
    leaf = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    message = {"type": "object", "properties": {"leaf": {"allOf": [{"$ref": "definitions.json#/$defs/Leaf"}]}}}
    before = {"a.told.v1": message, "b.told.v1": message, "definitions": {"$defs": {"Leaf": leaf}}}
    now = {**before, "definitions": {"$defs": {"Leaf": {**leaf, "properties": {}, "required": []}}}}
    assert [(one.message, one.field, one.kind) for one in breaks(before, now)] == [
        ("a.told.v1", "leaf.name", "removed"),
        ("b.told.v1", "leaf.name", "removed"),
    ]
    assert breaks(before, before) == []


def test_a_removed_message_is_a_break_and_a_new_one_is_not():
    (found,) = breaks({NAME: told(a=int)}, {"cases.danced.v1": told(a=int)})
    assert (found.message, found.kind) == (NAME, "message removed")


@pytest.mark.parametrize("what", ["subject", "stream", "order", "place", "type"])
def test_a_message_that_is_found_elsewhere_or_ordered_by_another_key_is_a_break(what):
    now = publish.wire()
    before = {name: {**on, what: "another"} if name == NAME else on for name, on in now.items()}
    (found,) = moves(before, now)
    assert (found.message, found.field) == (NAME, what)
    assert moves(now, now) == []


@pytest.mark.slow
def test_every_schema_is_compared_and_a_break_of_each_is_named():
    released = json.loads(publish.RELEASED.read_text("utf-8"))
    assert {part: set(names) for part, names in released.items()} == {
        part: set(names) for part, names in publish.kept().items()
    }
    files = {**released["schemas"], "definitions": {"$defs": released["types"]}}
    told = {found.message for found in breaks(files, {name: {} for name in files})}
    without_fields = {name for name, schema in released["schemas"].items() if schema.get("properties") == {}}
    assert told == set(released["schemas"]) - without_fields


@pytest.mark.slow
def test_what_stands_breaks_nothing_that_was_released():
    assert list(publish.against_the_release()) == []


@pytest.mark.slow
def test_an_emptied_release_and_a_stray_folder_of_payloads_are_named(tmp_path, monkeypatch):
    (tmp_path / "released.json").write_text('{"schemas": {}, "wire": {}, "types": {}}')
    (tmp_path / "payloads" / "cases.danced.v1").mkdir(parents=True)
    for name, path in (("RELEASED", "released.json"), ("PAYLOADS", "payloads"), ("ROOT", "")):
        monkeypatch.setattr(publish, name, tmp_path / path)
    told = list(publish.against_the_release())
    assert f"released.json lacks {NAME}: run make publish" in told
    assert len([line for line in told if " lacks " in line]) == sum(map(len, publish.kept().values()))
    assert "payloads/cases.danced.v1 holds payloads of a message that does not exist" in told
