"""What dashboards and rules ask of Prometheus, and which series and labels they ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.observe.configured import OBSERVE, rules

DASHBOARDS = sorted((OBSERVE / "dashboards").glob("*.json"))
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_NAMED = re.compile(r"(?<!\w)([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?\s*(\(?)")
_CHOSEN = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_WORDS = {"and", "or", "unless", "bool", "offset"}


@dataclass(frozen=True)
class Asked:
    """One expression and where it stands; `record` is the series that a rule makes of it."""

    where: str
    expression: str
    shown: str = ""
    record: str = ""

    def series(self) -> list[tuple[str, list[tuple[str, str, str]]]]:
        """The names asked for, each with what is asked of its labels: name, operator, value."""
        bare = re.sub(r"\[[^\]]*\]", " ", _GROUPING.sub(" ", self.expression))
        found = _NAMED.findall(bare)
        return [(name, _CHOSEN.findall(chosen)) for name, chosen, call in found if not call and name not in _WORDS]

    def labels(self) -> set[str]:
        """By which labels series are grouped or joined, and which ones the legend or the summary shows."""
        listed = {one.strip() for some in _GROUPING.findall(self.expression) for one in some.split(",")}
        return (listed | set(re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", self.shown))) - {""}


def of_dashboards() -> Iterator[Asked]:
    """Grafana's interval is stated as Prometheus would be given it."""
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text("utf-8"))["panels"]:
            for target in panel["targets"]:
                told = target["expr"].replace("$__rate_interval", "1m")
                yield Asked(f"{path.name}: {panel['title']}", told, target["legendFormat"])


def of_rules() -> Iterator[Asked]:
    for kind in ("record", "alert"):
        for name, rule in rules(kind).items():
            shown = " ".join(rule.get("annotations", {}).values())
            yield Asked(name, rule["expr"], shown, record=rule.get("record", ""))
