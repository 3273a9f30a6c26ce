"""The figures of `latest.json` as tables of `docs/performance.md`: written by the bench, never by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LATEST = Path(__file__).with_name("latest.json")
PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
FIGURES = ("ours", "floor", "naive", "of_floor", "of_naive")


def cells(row: dict[str, Any]) -> list[str]:
    """What a reader sees of a row, in the order of its table."""
    figures = (f"{row[name]:,.10g}" if name in row else "" for name in FIGURES)
    return [row["what"], row["unit"], *figures, row["goal"], {True: "met", False: "**missed**"}.get(row.get("met"), "")]


def tables(told: dict[str, Any]) -> str:
    """Markdown of a whole run."""
    return "\n".join(_lines(told)) + "\n"


def _lines(told: dict[str, Any]) -> Iterator[str]:
    machine = told["machine"]
    goals = [row["met"] for row in told["rows"] if "met" in row]
    yield f"{machine['processors']} × {machine['model']}, {machine['system']}, Python {machine['python']};"
    yield f"{sum(goals)} of {len(goals)} goals met."
    yield ""
    yield "| row | unit | ours | floor | naive | of floor | of naive | goal | |"
    yield "|---|---|--:|--:|--:|--:|--:|---|---|"
    for row in told["rows"]:
        yield f"| {' | '.join(cells(row))} |"


def shown(page: str) -> str:
    """The figures that a page shows."""
    return page.partition(BEGIN + "\n")[2].partition(END)[0]


def write(told: dict[str, Any]) -> None:
    LATEST.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    page = PAGE.read_text("utf-8")
    PAGE.write_text(re.sub(f"(?s){BEGIN}\n.*{END}", lambda _: f"{BEGIN}\n{tables(told)}{END}", page), encoding="utf-8")
