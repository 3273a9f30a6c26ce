"""The page of laws says of each what becomes of what is open."""

import re
from pathlib import Path

from contracts.law.table import LAWS

PAGE = Path(__file__).parents[2] / "docs" / "laws.md"


def test_every_law_has_its_line_and_nothing_else_has_one():
    _, _, chapter = PAGE.read_text("utf-8").partition("## What becomes of what is open")
    assert re.findall(r"^\| `(\w+\.\w+)` \|", chapter, re.MULTILINE) == list(LAWS)
