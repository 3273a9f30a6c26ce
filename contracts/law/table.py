"""Every law that offices edit: its name, which is that of its service and its own, and its shape."""

from __future__ import annotations

from contracts.law.duty import DutyRules
from contracts.law.near import NearRules
from contracts.law.versions import Rules

LAWS: dict[str, type[Rules]] = {
    "patrol.duty": DutyRules,
    "patrol.near": NearRules,
}


def laws_of(service: str) -> dict[str, type[Rules]]:
    """The laws of one service."""
    return {name: shape for name, shape in LAWS.items() if name.startswith(f"{service}.")}
