"""Which faults are planted, and that most of a sample are noticed."""

import subprocess
import sys

import pytest

from tests.mutation.__main__ import TESTS, faults, known, modules, named, of_line
from tests.mutation.covering import kept
from tests.mutation.mutants import mutants
from tests.mutation.workshop import ROOT


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("a = b < c", ["a = (b <= c)", "a = (b > c)"]),
        ("a = b == c", ["a = (b != c)"]),
        ("a = b not in c", ["a = (b in c)"]),
        ("a = b and c", ["a = (b or c)", "a = (c)", "a = (b)"]),
        ("a = not b", ["a = (b)"]),
        ("a = b - 1", ["a = (b + 1)", "a = b - 2"]),
        ("a = b if c else d", ["a = (d if c else b)"]),
        ("a = min(b)", ["a = max(b)"]),
        ("a = zip(b, c, strict=True)", []),
        ("a = dict[str, tuple[int, str]]", []),
        ("if a:\n    raise b", ["if (not (a)):\n    raise b", "if a:\n    pass"]),
        ("a = b(update={'c': 1})", ["a = b(update={})", "a = b(update={'c': 2})"]),
        ("a: Annotated[int, Field(ge=3)]", ["a: Annotated[int, Field()]", "a: Annotated[int, Field(ge=4)]"]),
        ("a = 'SELECT b FOR UPDATE'", ["a = 'SELECT b '"]),
        ("A = tuple[str, int]", []),
        ("A = Mapping[str, tuple[B | None, C]]", []),
        ("A = Annotated[int, Field(le=3)]", ["A = Annotated[int, Field()]", "A = Annotated[int, Field(le=4)]"]),
        ("log.info('a', b=1)", []),
        ("def f() -> 'x':\n    '''SELECT a < b.'''", []),
    ],
)
def test_each_kind_of_fault_is_planted(text, faults):
    assert sorted(one.text for one in mutants("a.py", text)) == sorted(faults)


def test_a_fault_keeps_its_name_when_lines_above_it_change():
    before, after = mutants("a.py", "a = b < c"), mutants("a.py", "# a line\n\na = b < c")
    assert [one.name for one in before] == [one.name for one in after]


@pytest.mark.slow
def test_what_is_said_to_be_no_fault_still_stands_in_the_code():
    here = {named(one) for part in TESTS for one in faults(modules(part))}
    assert sorted(known().keys() - here) == []


@pytest.mark.served
def test_which_tests_run_a_line_is_kept_for_the_same_tests_alone(tmp_path):
    kept_in, deadlines = tmp_path / "map", ["tests/cases/test_deadline.py"]

    def running(module, tests):
        return {name.partition("::")[0] for name in of_line(f"services/cases/law/{module}.py", kept(kept_in, tests))}

    assert running("deadline", deadlines) == set(deadlines)
    kept_in.write_text(kept_in.read_text().replace("test_deadline", "test_as_kept"))
    assert running("deadline", deadlines) == {"tests/cases/test_as_kept.py"}
    assert running("look_back", ["tests/cases/test_look_back.py"]) == {"tests/cases/test_look_back.py"}


@pytest.mark.served
@pytest.mark.timeout(1800)
def test_most_of_a_sample_of_faults_in_rules_are_noticed():
    # In a process that has loaded nothing of the project: what a library has registered of it cannot be unloaded.
    told = subprocess.run([sys.executable, "-m", "tests.mutation.sample"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert told.returncode == 0, told.stdout
