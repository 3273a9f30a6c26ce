"""The one description of each register's columns has each field of its entries once, written as the contract has it."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from contracts.language.division import Division
from contracts.roster import COLUMNS, KEPT

WRITTEN = {bool: "bool", int: "int", float: "float", Decimal: "decimal", date: "day", Division: "division", str: "text"}


def behind(annotation):
    """The type behind Optional and Annotated, and whether there may be several."""
    if get_origin(annotation) is Annotated:
        return behind(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return behind(next(one for one in get_args(annotation) if one is not type(None)))
    if get_origin(annotation) is tuple:
        return behind(get_args(annotation)[0])[0], True
    return annotation, False


def written(model, within=""):
    """Each field by its dotted path with how it is written; of a list, what stands in one of its rows."""
    for name, field in model.model_fields.items():
        kind, several = behind(field.annotation)
        path = f"{within}{name}"
        if issubclass(kind, BaseModel) and not several:
            yield from written(kind, f"{path}.")
        elif issubclass(kind, BaseModel):
            yield path, "list", tuple(written(kind))
        else:
            word = "word" if issubclass(kind, StrEnum) else WRITTEN[kind]
            yield path, f"{word}s" if several else word, ()


def described(columns):
    return tuple((one.field, one.type, described(one.columns)) for one in columns)


@pytest.mark.parametrize("register", KEPT)
def test_every_field_has_one_column_that_is_written_as_the_contract_has_it(register):
    assert described(COLUMNS[register].columns) == tuple(written(KEPT[register].entry))


@pytest.mark.parametrize("register", KEPT)
def test_a_list_shows_columns_that_there_are(register):
    about = COLUMNS[register]
    assert set(about.listed) <= {one.field for one in about.columns}


def test_every_register_has_columns_and_no_two_of_one_have_the_same_header():
    assert list(COLUMNS) == list(KEPT)
    for about in COLUMNS.values():
        for columns in (about.columns, *(one.columns for one in about.columns if one.columns)):
            for heads in ([one.zh for one in columns], [one.en for one in columns]):
                assert len(set(heads)) == len(heads)
