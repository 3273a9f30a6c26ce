"""A break within a major version is named: the field, its kind, and the remedy."""

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from contracts.evolution import breaks


def told(**fields):
    """The schema of a fact with these fields."""
    return _schema(ConfigDict(), fields, "serialization")


def sent(**fields):
    """The schema of what somebody sends us with these fields."""
    return _schema(ConfigDict(extra="forbid"), fields, "validation")


def _schema(config, fields, mode):
    annotations = {
        name: kind if isinstance(kind, type) or not isinstance(kind, tuple) else kind[0]
        for name, kind in fields.items()
    }
    defaults = {name: kind[1] for name, kind in fields.items() if isinstance(kind, tuple)}
    model = type("M", (BaseModel,), {"__annotations__": annotations, "model_config": config, **defaults})
    return model.model_json_schema(mode=mode)


class Inner(BaseModel):
    lon: float


class InnerWithout(BaseModel):
    lat: float = 0.0


InnerWithout.__name__ = "Inner"

NAME = "cases.opened.v1"


@pytest.mark.parametrize(
    ("before", "now", "field", "kind"),
    [
        (told(a=int, b=str), told(a=int), "b", "removed"),
        (told(a=int, b=str), told(a=int, c=str), "b", "renamed to c"),
        (told(a=int), told(a=str), "a", "retyped from integer to string"),
        (told(a=int), told(a=int | None), "a", "retyped from integer to integer or null"),
        (told(a=list[int]), told(a=list[str]), "a[]", "retyped from integer to string"),
        (told(a=Inner), told(a=InnerWithout), "a.lon", "renamed to lat"),
        (sent(a=int), sent(a=int, b=int), "b", "newly required"),
        (sent(a=(int, 1)), sent(a=int), "a", "newly required"),
        (sent(a=int | None), sent(a=int), "a", "no longer takes null"),
        (sent(a=(str, Field(max_length=9))), sent(a=(str, Field(max_length=5))), "a", "maxLength narrowed to 5"),
        (sent(a=int), sent(a=(int, Field(ge=1))), "a", "minimum narrowed to 1"),
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
        (told(a=int), told(a=int, b=str)),
        (told(a=int | None), told(a=int)),
        (sent(a=int), sent(a=int, b=(int, 1))),
        (sent(a=int), sent(a=Any)),
        (sent(a=int), sent(a=int | None)),
        (sent(a=(str, Field(max_length=5))), sent(a=(str, Field(max_length=9)))),
    ],
)
def test_what_readers_and_senders_can_live_with_is_no_break(before, now):
    assert breaks({NAME: before}, {NAME: now}) == []


def test_a_removed_message_is_a_break_and_a_new_one_is_not():
    (found,) = breaks({NAME: told(a=int)}, {"cases.danced.v1": told(a=int)})
    assert (found.message, found.kind) == (NAME, "message removed")
