"""Payloads that a contract accepts: drawn from its published schema, and mutations and crossings of recorded ones."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from pydantic import ValidationError

from contracts.language.message import Command, Intake, Message
from contracts.language.reading import parse
from contracts.patrol import TrackBatch
from tests.contracts.from_schema import from_schema
from tests.contracts.test_one_set import mutated, published, recorded
from tests.patrol.areas_and_reports import POINTS

Pools = dict[str, Any]
"""By the name of a field: what may stand there in a world, so that a payload is about something that is there.

By the name of a message: the pools that are its own.
"""
TRIES = 50
POOLED = 0.75


class Drawing:
    """Draws payloads of some messages; the same seed draws the same."""

    def __init__(self, messages: list[type[Message]], number: int, size: int) -> None:
        self.chance = Random(number)
        self._drawn = {
            message: _of_schema(message, number, size) for message in messages if issubclass(message, Intake | Command)
        }
        self._recorded = {message: recorded(message) for message in messages}

    def payload(self, message: type[Message], pools: Pools) -> bytes:
        """One that the contract accepts."""
        pools = {**pools, **pools.get(message.name, {})}
        for _ in range(TRIES):
            stated = placed(self._stated(message), pools, self.chance)
            data = json.dumps(stated).encode()
            try:
                parse(message, data)
            except ValidationError:
                continue
            return data
        return json.dumps(self.chance.choice(self._recorded[message])).encode()

    def _stated(self, message: type[Message]) -> Any:
        whole = deepcopy(self.chance.choice(self._recorded[message]))
        drawn = self._drawn.get(message)
        way = self.chance.random()
        if drawn and way < 0.2:
            return deepcopy(self.chance.choice(drawn))
        if drawn and way < 0.7:
            return crossed(whole, self.chance.choice(drawn), self.chance)
        return mutated(whole, self.chance) if way < 0.9 else whole


def _of_schema(message: type[Message], number: int, size: int) -> list[Any]:
    found: list[Any] = []
    stated = from_schema(published(message))
    if message is TrackBatch:
        stated = stated.flatmap(lambda batch: POINTS.map(lambda point: {**batch, "points": [*batch["points"], point]}))

    @seed(number)
    @settings(
        max_examples=size,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(stated)
    def draw(one: Any) -> None:
        found.append(one)

    draw()
    return found


def crossed(here: Any, there: Any, chance: Random) -> Any:
    """One payload with parts of another in their places."""
    if isinstance(here, dict) and isinstance(there, dict):
        return {
            name: crossed(here[name], there[name], chance)
            if name in here and name in there
            else deepcopy(here.get(name, there.get(name)))
            for name in (*here, *(name for name in there if name not in here and chance.random() < 0.5))
        }
    if isinstance(here, list) and isinstance(there, list) and here and there:
        return [crossed(here[0], there[0], chance), *deepcopy(chance.choice((here, there))[1:])]
    return deepcopy(there if chance.random() < 0.3 else here)


def placed(stated: Any, pools: Pools, chance: Random) -> Any:
    """The payload about things of a world, mostly."""
    if isinstance(stated, dict):
        return {
            name: deepcopy(chance.choice(pools[name]))
            if name in pools and chance.random() < POOLED
            else placed(part, pools, chance)
            for name, part in stated.items()
        }
    return [placed(part, pools, chance) for part in stated] if isinstance(stated, list) else stated
