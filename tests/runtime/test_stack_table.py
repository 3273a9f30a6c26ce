"""docs/stack.md says which tests keep each hazard; what it says must be so."""

import ast
import re
from pathlib import Path

import pytest

from tests.sources import tree

TESTS = Path(__file__).parents[1]
TABLE = (TESTS.parent / "docs" / "stack.md").read_text("utf-8")
ROWS = {int(number): rest for number, rest in re.findall(r"^\| (\d+) \|(.*)\|$", TABLE, re.MULTILINE)}
NAMED = sorted(set(re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", TABLE)))


def functions_of(file):
    """The functions of a file of tests, by name, with their docstrings."""
    found = (one for one in tree(TESTS / file).body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return {one.name: ast.get_docstring(one) or "" for one in found}


def test_the_table_has_every_row_and_each_is_kept_by_a_test():
    assert sorted(ROWS) == [*range(1, 38)]
    assert [number for number, rest in ROWS.items() if "::test_" not in rest] == []


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_the_table_names_exists_and_names_its_rows(file, name):
    rows = {number for number, rest in ROWS.items() if f"`{file}::{name}`" in rest}
    assert name in functions_of(file)
    stated = re.search(r"STACK rows? ([\d, and]+)", functions_of(file)[name])
    assert stated is not None, name
    assert {int(number) for number in re.findall(r"\d+", stated[1])} == rows


@pytest.mark.slow
def test_every_test_that_names_a_row_is_in_the_table():
    claiming = {
        (str(path.relative_to(TESTS)), name)
        for path in TESTS.rglob("test_*.py")
        for name, told in functions_of(path).items()
        if "STACK row" in told
    }
    assert sorted(claiming) == NAMED
