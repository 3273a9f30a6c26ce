"""Draws Grafana's dashboards from panels.json: `python -m deploy.observe.draw [--check]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PANELS = HERE / "panels.json"
DASHBOARDS = HERE / "dashboards"
SOURCE = {"type": "prometheus", "uid": "linzhang"}
"""The data source that grafana/datasources states."""
WIDE, HIGH, ACROSS = 12, 8, 2
"""Of a panel in Grafana's grid of 24 columns, and how many stand side by side."""


def drawn() -> dict[Path, str]:
    """What each file of dashboards says."""
    stated = json.loads(PANELS.read_text("utf-8"))
    return {DASHBOARDS / f"{name}.json": _text(_dashboard(name, board)) for name, board in stated.items()}


def _text(dashboard: dict[str, Any]) -> str:
    return json.dumps(dashboard, ensure_ascii=False, indent=2) + "\n"


def _dashboard(name: str, board: dict[str, Any]) -> dict[str, Any]:
    return {
        "uid": f"linzhang-{name}",
        "title": board["title"],
        "tags": ["linzhang"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "Asia/Shanghai",
        "panels": [_panel(place, panel) for place, panel in enumerate(board["panels"])],
    }


def _panel(place: int, panel: dict[str, Any]) -> dict[str, Any]:
    row, column = divmod(place, ACROSS)
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": panel["title"],
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDE, "y": row * HIGH, "w": WIDE, "h": HIGH},
        "fieldConfig": {"defaults": {"unit": panel["unit"], "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]}},
        "targets": [
            {"refId": chr(ord("A") + number), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
            for number, (legend, expression) in enumerate(panel["draws"].items())
        ],
    }


def main(arguments: list[str]) -> int:
    wanted = drawn()
    have = {path: path.read_text("utf-8") for path in DASHBOARDS.glob("*.json")}
    if "--check" in arguments:
        if have != wanted:
            print("deploy/observe/dashboards is not what panels.json says: run make publish", file=sys.stderr)
        return int(have != wanted)
    for path in have.keys() - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
