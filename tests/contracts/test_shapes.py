"""How a model is published: what is told is open for readers, what is sent is closed, what is shared stands once."""

from decimal import Decimal
from typing import Annotated, get_args, get_origin

import pytest
from pydantic import BaseModel, Field

from contracts.language.message import Command, Fact
from contracts.language.values import COMES_LATER, Line, OpenEnum, Token, Value
from contracts.language.written import Exact
from contracts.publishing import shapes as publishing
from contracts.publishing.schemas import types
from contracts.publishing.shapes import SHARED, from_another_file, gathered, shapes


@pytest.fixture(autouse=True)
def _words(monkeypatch):
    """Fields of these tests have no words of their own."""
    monkeypatch.setattr(publishing, "field_words", lambda _, field: ("词", field))


class Colour(OpenEnum):
    RED = "red"
    OTHER = "other"


class Leaf(BaseModel):
    colour: Colour
    name: Line | None = None


class Told(Fact):
    """A leaf has fallen."""

    leaf: Leaf
    marks: Annotated[tuple[Token, ...], Field(max_length=3)] = ()
    since: Annotated[Line | None, COMES_LATER] = None


class Sent(Command):
    """Let a leaf fall."""

    leaf: Leaf
    marks: Annotated[tuple[Token, ...], Field(max_length=3)] = ()


def test_what_is_told_has_every_field_always_but_those_that_come_later():
    told = shapes([Told], [])["Told"]
    assert told["required"] == ["leaf", "marks"]
    assert sorted(told["properties"]) == ["leaf", "marks", "since"]
    assert "additionalProperties" not in told


def test_what_is_sent_may_leave_out_what_has_a_default_and_have_nothing_else():
    sent = shapes([], [Sent])["Sent"]
    assert (sent["required"], sent["additionalProperties"]) == (["leaf"], False)


def test_words_are_open_where_they_are_told_and_closed_where_they_are_sent():
    found = shapes([Told], [Sent])
    assert found["Colour"]["anyOf"] == [{"type": "string", "enum": ["red", "other"]}, {"type": "string"}]
    assert found["ColourInput"]["enum"] == ["red", "other"]


def test_how_many_a_list_may_hold_is_said_of_what_is_sent_alone():
    found = shapes([Told], [Sent])
    assert "maxItems" not in found["Told"]["properties"]["marks"]
    assert found["Sent"]["properties"]["marks"]["maxItems"] == 3


def test_a_part_that_is_sent_and_told_alike_stands_once_and_one_that_is_not_has_a_name_of_its_own():
    found = shapes([Told], [Sent])
    assert sorted(found) == ["Colour", "ColourInput", "Leaf", "LeafInput", "Line", "Sent", "Token", "Told"]
    assert found["Sent"]["properties"]["leaf"]["allOf"] == [{"$ref": "#/$defs/LeafInput"}]
    assert found["LeafInput"]["properties"]["colour"]["allOf"] == [{"$ref": "#/$defs/ColourInput"}]
    assert [found[name]["title"] for name in found] == list(found)


def test_a_part_that_is_unlike_only_by_a_part_of_its_own_is_another_as_well():
    class Bough(BaseModel):
        leaves: tuple[Leaf, ...]

    class Felled(Fact):
        bough: Bough

    class Fell(Command):
        bough: Bough

    found = shapes([Felled], [Fell])
    assert found["BoughInput"]["properties"]["leaves"]["items"] == {"$ref": "#/$defs/LeafInput"}
    assert found["Bough"]["properties"]["leaves"]["items"] == {"$ref": "#/$defs/Leaf"}


def test_what_a_field_means_stands_with_the_field_and_nothing_beside_a_reference():
    leaf = shapes([Told], [])["Told"]["properties"]["leaf"]
    assert leaf == {"description": "词 · leaf", "allOf": [{"$ref": "#/$defs/Leaf"}]}


def test_two_types_of_one_name_are_refused():
    class Inner(BaseModel):
        name: Annotated[str, Field(title="Line", max_length=9)]

    class Outer(Fact):
        inner: Inner
        line: Line

    with pytest.raises(ValueError, match="two types have one name: Line"):
        shapes([Outer], [])


def test_a_file_alone_is_gathered_with_the_shared_types_that_it_needs_and_no_other():
    found = shapes([Told], [])
    files = {"told": from_another_file(found["Told"]), SHARED: {"$defs": {**found, "Other": {}}}}
    assert files["told"]["properties"]["leaf"]["allOf"] == [{"$ref": "definitions.json#/$defs/Leaf"}]
    whole = gathered(files, "told")
    assert sorted(whole["$defs"]) == ["Colour", "Leaf", "Line", "Token"]
    assert whole["properties"]["leaf"]["allOf"] == [{"$ref": "#/$defs/Leaf"}]


def every_part(value):
    yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every_part(one)


def test_every_amount_that_is_told_has_four_places_and_every_other_form_is_only_sent():
    decimals = {
        name: part["pattern"]
        for name, shape in types().items()
        for part in every_part(shape)
        if isinstance(part, dict) and str(part.get("pattern", "")).startswith(("^[0-9]{1,", "^-?[0-9]{1,"))
    }
    told = {name: pattern for name, pattern in decimals.items() if not name.endswith("Input")}
    assert set(told) == {"Amount", "Change", "CoverPercent", "CubicMetres", "Kilograms", "Length", "Mu", "Percent"} | {
        "FireDetails",
        "Hectares",
        "Judged",
        "Left",
        "PatchShare",
        "StatedArea",
        "VolumeM3",
        "WildlifeDetails",
        "Yuan",
    }
    assert [name for name, pattern in told.items() if not pattern.endswith(r"\.[0-9]{4}$(?!\n)")] == []


def values(kind=Value):
    """Every part of a message that there is."""
    for one in kind.__subclasses__():
        if one.__module__.startswith("contracts."):
            yield one
        yield from values(one)


def is_of_no_form(annotation, about=()):
    if annotation is Decimal:
        return not any(isinstance(one, Exact) for one in about)
    if get_origin(annotation) is Annotated:
        return is_of_no_form(annotation.__origin__, annotation.__metadata__)
    return any(map(is_of_no_form, get_args(annotation)))


def test_no_amount_is_without_the_form_in_which_it_is_told():
    assert is_of_no_form(Decimal | None)
    found = [
        (kind.__name__, name)
        for kind in values()
        for name, field in kind.model_fields.items()
        if is_of_no_form(field.annotation, field.metadata)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("stated", "told"), [("1", "1.0000"), ("316.0000", "316.0000"), (2.5, "2.5000"), ("-0", "0.0000")]
)
def test_an_amount_is_told_in_one_form_however_it_was_stated(stated, told):
    class Weighed(BaseModel):
        amount: Annotated[Decimal, Exact(digits=5, signed=True)]

    assert Weighed(amount=stated).model_dump_json() == f'{{"amount":"{told}"}}'
