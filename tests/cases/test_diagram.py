"""The page about cases says what the code does."""

import re

from services.cases import page as diagram
from services.cases.machine import MOVES


def test_the_page_is_what_would_be_generated():
    assert diagram.main(["--check"]) == 0


def test_every_move_stands_in_the_table_with_all_its_states():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (\w+) \|", diagram.page(), re.MULTILINE)
    assert {(word, before.strip(), after) for word, before, after in rows if word in MOVES} == {
        (word, ", ".join(move.before), str(move.after or "stays")) for word, move in MOVES.items()
    }
