"""What a row of the bench holds: the medians of its rounds, and what they are against the floor and the naive way."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

ROUNDS = 5
T = TypeVar("T")
Once = Callable[[int], Awaitable[T]]
"""One measurement of one way, in the round of that number."""
Goal = tuple[str, Callable[[Any], bool]]
"""In words, and whether a row meets it."""


def of_floor(share: float) -> Goal:
    return f"≥ {share} of the floor", lambda told: told["of_floor"] >= share


def at_most(figure: float) -> Goal:
    return f"≤ {figure}", lambda told: told["ours"] <= figure


def at_most_of_floor(times: float) -> Goal:
    return f"≤ {times} × the floor", lambda told: told["of_floor"] <= times


def percentile(values: Iterable[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


async def alternating(ways: Mapping[str, Once[T]], rounds: int = ROUNDS) -> dict[str, list[T]]:
    """Each way once in every round, one after the other."""
    found: dict[str, list[T]] = {name: [] for name in ways}
    for n in range(rounds):
        for name, once in ways.items():
            found[name].append(await once(n))
    return found


def row(what: str, unit: str, goal: Goal | None, found: Mapping[str, Iterable[float]]) -> Any:
    """`found` has the rounds of `ours`, and of `floor` and `naive` where there are such; without a goal it informs."""
    rounds = {name: [round(one, 3) for one in values] for name, values in found.items()}
    medians = {name: round(statistics.median(values), 2) for name, values in rounds.items()}
    told: dict[str, Any] = {"what": what, "unit": unit, "goal": goal[0] if goal else "", **medians}
    for name in ("floor", "naive"):
        if medians.get(name):
            told[f"of_{name}"] = round(medians["ours"] / medians[name], 2)
    return {**told, **({"met": bool(goal[1](told))} if goal else {}), "rounds": rounds}
