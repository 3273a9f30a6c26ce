"""Which faults are planted, and that most of a sample are noticed."""

from pathlib import Path

import pytest

from tests.mutation.__main__ import GOAL_PERCENT, TESTS, drawn, faults, known, modules, named, verdicts
from tests.mutation.mutants import mutants
from tests.mutation.workshop import judge

SAMPLE = 8
SEED = 20200521


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
        ("if a:\n    raise b", ["if not a:\n    raise b", "if a:\n    pass"]),
        ("a = b(update={'c': 1})", ["a = b(update={})", "a = b(update={'c': 2})"]),
        ("a: Annotated[int, Field(ge=3)]", ["a: Annotated[int, Field()]", "a: Annotated[int, Field(ge=4)]"]),
        ("a = 'SELECT b FOR UPDATE'", ["a = 'SELECT b '"]),
        ("log.info('a', b=1)", []),
        ("def f() -> 'x':\n    '''SELECT a < b.'''", []),
    ],
)
def test_each_kind_of_fault_is_planted(text, faults):
    assert sorted(one.text for one in mutants("a.py", text)) == sorted(faults)


def test_a_fault_keeps_its_name_when_lines_above_it_change():
    before, after = mutants("a.py", "a = b < c"), mutants("a.py", "# a line\n\na = b < c")
    assert [one.name for one in before] == [one.name for one in after]


def test_what_is_said_to_be_no_fault_still_stands_in_the_code():
    here = {named(one) for part in TESTS for one in faults(modules(part))}
    assert sorted(known().keys() - here) == []


@pytest.mark.timeout(900)
def test_most_of_a_sample_of_faults_in_rules_are_noticed():
    wanted = drawn(faults(modules("rules")), SEED)
    services = [one for one in TESTS["rules"] if one != "tests/contracts"]
    told = verdicts(wanted, [*services, "-m", "not served"], jobs=2, longest_s=300, at_most=SAMPLE)
    judged = [one for one in told if one.word != "no test"]
    assert len(judged) == SAMPLE
    # What the quick tests overlook may be seen by those of the service that ask a database.
    left = [one.mutant for one in judged if one.word == "survived" and named(one.mutant) not in known()]
    again = judge([(one, [f"tests/{Path(one.path).parts[1]}"]) for one in left], jobs=2, longest_s=300)
    survivors = [str(one.mutant) for one in again if one.word == "survived"]
    assert len(survivors) * 100 <= SAMPLE * (100 - GOAL_PERCENT["rules"]), survivors
