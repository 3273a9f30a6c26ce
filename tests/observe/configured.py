"""The files of deploy/observe, as tests read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
OBSERVE = ROOT / "deploy" / "observe"
RULES = OBSERVE / "rules"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def rules(kind: str) -> dict[str, dict[str, Any]]:
    """Every rule of a kind, `alert` or `record`, by its name."""
    found = [rule for path in sorted(RULES.glob("*.yml")) for group in read(path)["groups"] for rule in group["rules"]]
    return {rule[kind]: rule for rule in found if kind in rule}
