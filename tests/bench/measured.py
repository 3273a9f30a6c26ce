"""What a row of the bench holds: the medians of its rounds, and what they are against the floor and the naive way."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

ROUNDS = 5
Once = Callable[[int], Awaitable[float]]
"""One measurement of one way, in the round of that number."""


def percentile(values: Iterable[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


async def alternating(ways: Mapping[str, Once], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Each way once in every round, one after the other."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(rounds):
        for name, once in ways.items():
            found[name].append(await once(n))
    return found


def row(what: str, unit: str, goal: str, met: Callable[[Any], bool], found: Mapping[str, Iterable[float]]) -> Any:
    """`found` has the rounds of `ours`, and of `floor` and `naive` where there are such; `met` is asked of the row."""
    rounds = {name: [round(one, 2) for one in values] for name, values in found.items()}
    medians = {name: round(statistics.median(values), 2) for name, values in rounds.items()}
    told = {"what": what, "unit": unit, "goal": goal, **medians}
    for name in ("floor", "naive"):
        if name in medians:
            told[f"of_{name}"] = round(medians["ours"] / medians[name], 2)
    return {**told, "met": bool(met(told)), "rounds": rounds}
