"""What a move of a case takes: an office verifies cases and hands them to a unit, several at once."""

from __future__ import annotations

import asyncio
from typing import Any

from clients.python.bus import Bus, connected
from contracts.cases import AssignCase, Case, CaseOpened, VerifyCase
from contracts.language.values import UnitRef
from deploy.local.home import Run
from tests.bench.chain import Ours, drained
from tests.bench.rig import COUNTY, OFFICE

STATION = UnitRef(id="u-360222104000", name="林业工作站")
AT_ONCE = 16


async def processor_ms(ours: Ours, run: Run, count: int) -> dict[str, float]:
    """Of each process by its name, for one of so many moves: half of them `verify`, half `assign`."""
    found = await _opened(ours, count // 2)
    processor = ours.processor()
    async with connected(run.url(OFFICE), OFFICE) as office:
        processor.begin()
        for verb in (_verify, _assign):
            await _all(verb, office, found)
        await ours.settled()
        return {name: ms / (2 * len(found)) for name, ms in processor.since().items()}


async def _opened(ours: Ours, count: int) -> list[str]:
    """The ids of so many new cases of the county."""
    reader = await ours.connect("reader")
    found: list[str] = []

    async def heard(message: Any) -> None:
        found.append(CaseOpened.model_validate_json(message.data).case.ref.id)

    await reader.subscribe(CaseOpened.told_under(COUNTY), cb=heard)
    await reader.flush()
    while len(found) < count:
        await drained(ours, 4 * count)
    await reader.close()
    return found[:count]


async def _all(verb: Any, office: Bus, ids: list[str]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(id: str) -> None:
        async with gate:
            await office.ask(verb(id), OFFICE, COUNTY, Case, timeout=60)

    await asyncio.gather(*(one(id) for id in ids))


def _verify(id: str) -> VerifyCase:
    return VerifyCase(case_id=id)


def _assign(id: str) -> AssignCase:
    return AssignCase(case_id=id, unit=STATION)
