"""A row says what was measured, beside what, and whether that is enough."""

from tests.bench.measured import row
from tests.bench.page import cells, tables

MACHINE = {"processors": 2, "model": "m", "system": "s", "python": "3"}


def test_a_row_without_a_goal_informs_and_is_not_counted():
    informs = row("took", "ms", None, {"ours": [1, 2, 9], "floor": [4, 4, 4]})
    misses = row("sped", "per s", ("≥ 5", lambda told: told["ours"] >= 5), {"ours": [4]})

    assert cells(informs) == ["took", "ms", "2", "4", "", "0.5", "", "", ""]
    assert "\n0 of 1 goals met.\n" in "\n" + tables({"machine": MACHINE, "rows": [informs, misses]})
