"""Kinds, severities, states, routes and rungs have one name each, wherever people read them."""

import ast
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from cli.say import office_words
from contracts.cases import Balance, CaseKind, CaseState, RelapseReason, Route
from contracts.language.terms import term, terms
from contracts.language.values import Role
from contracts.patrol import IncidentKind, Severity
from contracts.roster import FindingRule, FindingState, Register
from services.cases.law.rungs import LADDER
from tests.sources import nodes

ROOT = Path(__file__).parents[2]
CODES = {
    "kind": set(CaseKind),
    "severity": set(Severity),
    "state": set(CaseState),
    "route": set(Route),
    "reason": set(RelapseReason),
    "finding": set(FindingRule),
    "finding_state": set(FindingState),
    "register": set(Register),
    "rung": {rung.name for rung in LADDER.shipped.newest.rungs},
}
CHINESE = re.compile("[\u4e00-\u9fff]")
PARTS = ("cli", "contracts", "deploy", "services")
NO_NAMES = {"other"}
HOLDERS = {"terms.json", "kinds.json", "released.json", "words.json"}


@pytest.mark.parametrize("of", CODES)
def test_every_code_has_a_term_in_both_languages_and_no_other_has(of):
    for language in ("zh-CN", "en"):
        assert set(terms(of, language)) == CODES[of]
    assert all(CHINESE.search(said) for said in terms(of).values())
    assert not any(CHINESE.search(said) for said in terms(of, "en").values())
    assert set(IncidentKind) < CODES["kind"]


@pytest.mark.parametrize("of", CODES)
def test_no_two_codes_of_one_sort_have_the_same_term(of):
    for language in ("zh-CN", "en"):
        assert len(set(terms(of, language).values())) == len(CODES[of])


@pytest.mark.parametrize(
    ("of", "code", "said"),
    [
        ("state", "registered", "已登记"),
        ("state", "on_notice", "公示中"),
        ("state", "closed", "已销号"),
        ("state", "relapsed", "反弹"),
        ("reason", "false_rectification", "虚假整改"),
        ("rung", "reminder", "提示单"),
        ("rung", "letter", "建议函"),
        ("rung", "supervision_letter", "督办函"),
        ("rung", "circular", "通报"),
    ],
)
def test_the_terms_are_those_of_the_field(of, code, said):
    assert term(of, code) == said


def test_what_has_no_term_is_shown_as_it_is():
    assert term("kind", "drought") == "drought"


def _lists(value, where=""):
    """Every mapping in a data file that names at least two codes of one sort, in Chinese."""
    if isinstance(value, dict):
        # The ledger's lines are called like states and roles like registers, and are none.
        for of, codes in () if set(value) in (set(Balance.model_fields), set(Role)) else CODES.items():
            named = {
                code: said
                for code, said in value.items()
                if code in codes - NO_NAMES and CHINESE.search(json.dumps(said, ensure_ascii=False))
            }
            # Texts of which a code chooses one are sentences, not names.
            if len(named) > 1 and all(isinstance(said, str | list) for said in named.values()):
                yield f"{where or '/'} names codes of {of}: {sorted(named)}"
        for key, part in value.items():
            yield from _lists(part, f"{where}/{key}")
    elif isinstance(value, list):
        for part in value:
            yield from _lists(part, where)


def test_no_data_file_but_the_two_that_hold_the_terms_names_them():
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for part in PARTS
        for path in sorted((ROOT / part).rglob("*.json"))
        if "published" not in path.parts and path.name not in HOLDERS
        for line in _lists(json.loads(path.read_text("utf-8")))
    ]
    assert found == []


@pytest.mark.slow
def test_no_program_names_them():
    found = []
    # What people report in the demo is told in sentences, by kind.
    paths = [path for part in PARTS for path in sorted((ROOT / part).rglob("*.py")) if "demo" not in path.parts]
    for path in paths:
        for node in nodes(path):
            if isinstance(node, ast.Dict) and len(node.keys) > 1:
                pairs = zip(node.keys, node.values, strict=True)
                written = {ast.unparse(key): said for key, said in pairs if key is not None}
                named = {
                    key: said.value
                    for key, said in written.items()
                    if isinstance(said, ast.Constant) and isinstance(said.value, str) and CHINESE.search(said.value)
                }
                codes = {key.strip("'\"").rpartition(".")[2].lower() for key in named}
                if any(len(codes & (known - NO_NAMES)) > 1 for known in CODES.values()):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_a_second_list_would_be_found():
    assert list(_lists({"words": {"fire": "火灾", "felling": "砍树"}}))
    assert list(_lists({"severity": {"minor": ["轻", "low"], "grave": ["重", "high"]}}))
    assert not list(_lists({"form": {"毁林": "felling", "失火": "fire"}}))


def test_the_ledger_and_the_notices_say_the_same():
    for of in CODES:
        assert office_words()[of] == terms(of)
    texts = json.loads(files("cli").joinpath("text.zh-CN.json").read_text("utf-8"))
    for line, said in office_words()["line"].items():
        assert texts[f"ledger.{line}"].endswith(said)


NOT_OURS = re.compile("案件(?!查处)|(?<!刑事)立案(?!文号|、处罚)|死灰复燃|并案")
"""What is only registered is a 问题 (登记); 立案 is the word of the police and of the enforcement."""


def test_what_people_read_calls_a_registered_problem_so_and_a_relapse_so():
    read = [
        *(ROOT / "cli").glob("*.json"),
        *(ROOT / "cli" / "print").glob("*.json"),
        *(ROOT / "services").rglob("*.json"),
        ROOT / "contracts" / "publishing" / "words.json",
        ROOT / "contracts" / "language" / "terms.json",
        ROOT / "contracts" / "patrol" / "kinds.json",
        ROOT / "README.zh-CN.md",
        ROOT / "docs" / "cases.md",
    ]
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in read
        for line in path.read_text("utf-8").splitlines()
        if NOT_OURS.search(line)
    ]
    assert found == []
