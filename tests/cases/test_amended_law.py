"""The rules of cases are amended by a file: in a copy of the tree whose rules change on 1 July 2020."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.cases.law.rules import LAW
from services.cases.page import page

ROOT = Path(__file__).parents[2]
AMENDMENT = {
    "from_on": "2020-07-01",
    "version": "2020-4",
    "source": "一项新的规定",
    "working_days": {"verify": 5},
    "rectify_working_days": {"serious": 5},
    "return_within_hours": 48,
    "extensions": 2,
    "look_back_after_days": 30,
    "referral": {"severities": ["serious", "grave"]},
    "kinds": {"felling": {"full_checklist": True}, "waste": {"needs_plan": True}},
}
LADDER_AMENDMENT = {
    "from_on": "2020-07-01",
    "version": "2020-2",
    "source": "一项新的规定",
    "reply_within_working_days": 2,
    "rungs": [
        {"rung": "reminder", "working_days": -1, "posts": []},
        {"rung": "letter", "working_days": 0, "posts": ["chief"], "addresses_posts": True},
    ],
}
HOLDS = ("pytest", "tests/cases/amended_rules.py", "-p", "no:cacheprovider")
pytestmark = pytest.mark.served


@pytest.fixture(scope="module")
def amended(tmp_path_factory):
    """A copy of the tree with an amendment in the rules of cases."""
    place = tmp_path_factory.mktemp("amended")
    for part in ("contracts", "services", "tests", "docs"):
        shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "pyproject.toml", place)
    rules = place / "services" / "cases" / "law" / "rules.json"
    stated = {**json.loads(rules.read_text("utf-8")), "amendments": [AMENDMENT]}
    rules.write_text(json.dumps(stated, ensure_ascii=False), encoding="utf-8")
    ladder = rules.with_name("ladder.json")
    stated = {**json.loads(ladder.read_text("utf-8")), "amendments": [LADDER_AMENDMENT]}
    ladder.write_text(json.dumps(stated, ensure_ascii=False), encoding="utf-8")
    return place


def run(place, *command):
    """A program of the tree at `place`, to its end."""
    environment = {**os.environ, "PYTHONPATH": str(place)}
    command = [sys.executable, "-m", *command]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


def test_each_case_goes_on_under_the_version_that_its_days_say(amended):
    done = run(amended, *HOLDS)
    assert (done.returncode, "[100%]" in done.stdout) == (0, True), done.stdout + done.stderr


def test_every_one_of_its_rules_comes_from_the_amendment(amended):
    """Each of the ten has one example from the day on which it is in force, which fails where it never is."""
    done = run(ROOT, *HOLDS)
    assert len(re.findall("^FAILED", done.stdout, re.MULTILINE)) == 10, done.stdout


def test_the_page_has_every_version_with_its_first_day(amended):
    assert run(amended, "services.cases.page").returncode == 0
    written = (amended / "docs" / "cases.md").read_text("utf-8")
    assert (
        f"| {LAW.shipped.newest.version} | ever | {LAW.shipped.newest.source} |\n| 2020-4 | 2020-07-01 | 一项新的规定 |"
        in written
    )
    assert "verify 5, assign 2" in written
    assert "verify 3, assign 2" in page()
    assert "| `felling` | 违法采伐林木 · felling | 10 | 5 | 30 | yes | full |" in written
