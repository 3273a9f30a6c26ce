"""The office and those it works with: what they ask of cases under load, and a book of what they were answered."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from clients.python.bus import Bus, connected
from clients.python.refused import BusError, Refused
from contracts.cases import (
    AcceptCase,
    AssignCase,
    Case,
    CaseList,
    CloseCase,
    DismissCase,
    ListCases,
    MergeCase,
    RelapseCase,
    RelapseReason,
    StartCase,
    SubmitCase,
    VerifyCase,
    VoidCase,
)
from contracts.language.division import Division
from contracts.language.evidence import Evidence
from contracts.language.message import Command
from contracts.language.values import UnitRef
from tests.faults.cluster import Cluster

COUNTY, TOWN = Division("360222000000"), Division("360222104000")
OFFICE = f"p-{COUNTY}-office"
"""Who verifies cases: the holder of the county office's post."""
STATION, CHIEF, CITY_OFFICE = f"p-{TOWN}-unit", f"p-{COUNTY}-chief", "p-360200000000-office"
WORKERS = (OFFICE, STATION, CHIEF, CITY_OFFICE)
AT_ONCE = 8
ANSWER_WITHIN_S = 3.0
PHOTOGRAPH = Evidence(sha256=hashlib.sha256(b"put right").hexdigest(), media_type="image/jpeg", size_bytes=1000)
PUT_RIGHT = ("verify", "assign", "start", "submit", "accept", "close")
ROADS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (68, ("verify",)),
    (5, ("dismiss",)),
    (5, ("verify", "void")),
    (6, ("verify", "merge")),
    (10, PUT_RIGHT),
    (4, (*PUT_RIGHT, "relapse")),
    (2, (*PUT_RIGHT, "void")),
)
"""Of a hundred cases, how many go which way."""


@dataclass
class Move:
    """A move that was made: its verb, when it was first asked and when it was answered."""

    verb: str
    asked_at: datetime
    answered_at: datetime


@dataclass
class Book:
    """What was answered, by case; `refused` is what nobody should have refused."""

    moves: dict[str, list[Move]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def made(self, verb: str) -> set[str]:
        return {case_id for case_id, moves in self.moves.items() if any(one.verb == verb for one in moves)}


class Desk:
    """A question without an answer is asked again under the same id, for as long as it takes."""

    def __init__(self, cluster: Cluster, seed: int) -> None:
        self._cluster = cluster
        self._draw = random.Random(seed)
        self._open: dict[str, tuple[AbstractAsyncContextManager[Bus], Bus]] = {}
        self._node = 0
        self._asking = asyncio.Lock()
        self._going = True
        self._begun: set[str] = set()
        self._survivor: str | None = None
        self.book = Book()

    async def run(self) -> None:
        """Until it is closed and all that it has begun is done."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while self._going or under_way:
                if self._going and len(under_way) < AT_ONCE:
                    under_way |= {asyncio.create_task(self._take(case)) for case in await self._found()}
                done, under_way = (
                    await asyncio.wait(under_way, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
                    if under_way
                    else (set(), under_way)
                )
                for one in done:
                    one.result()
                await asyncio.sleep(0 if done else 0.1)
        finally:
            for one in under_way:
                one.cancel()
            for user in list(self._open):
                await self._hang_up(user)

    def close(self) -> None:
        """Begin with no further case; what was begun is brought to its end."""
        self._going = False

    async def _found(self) -> list[Case]:
        try:
            found = await self._ask(OFFICE, ListCases(state="registered", limit=4 * AT_ONCE), CaseList, None)
        except BusError:
            return []
        new = [case for case in found.cases if case.ref.id not in self._begun][:AT_ONCE]
        self._begun |= {case.ref.id for case in new}
        return new

    async def _take(self, case: Case) -> None:
        (road,) = self._draw.choices([way for _, way in ROADS], [weight for weight, _ in ROADS])
        if "merge" in road and self._survivor is None:
            road = ("verify",)
        survivor = self._survivor
        for step, (verb, actor, command) in enumerate(_asked(case.ref.id, road, survivor)):
            asked_at = datetime.now(UTC)
            try:
                await self._until_answered(actor, command, f"{verb}-{step}-{case.ref.id}")
            except Refused as refused:
                self.book.refused.append(f"{verb} {case.ref.id}: {refused.problem.detail}")
                return
            self.book.moves.setdefault(case.ref.id, []).append(Move(verb, asked_at, datetime.now(UTC)))
        if road == ("verify",) and self._survivor is None:
            self._survivor = case.ref.id

    async def _until_answered(self, actor: str, command: Command, message_id: str) -> None:
        while True:
            try:
                await self._ask(actor, command, Case, message_id)
            except Refused as refused:
                if refused.problem.status < 500:
                    raise
            except BusError:
                pass
            else:
                return
            await asyncio.sleep(0.1)

    async def _ask(self, actor: str, command: Command, answer: Callable, message_id: str | None):
        async with self._asking:
            if actor not in self._open:
                calling = connected(self._cluster.direct(actor)[self._node % 3], actor)
                self._open[actor] = (calling, await self._called(calling))
        bus = self._open[actor][1]
        try:
            return await bus.ask(command, actor, COUNTY, answer, timeout=ANSWER_WITHIN_S, message_id=message_id)
        except Refused:
            raise
        except BusError:
            async with self._asking:
                if actor in self._open and self._open[actor][1] is bus:
                    await self._hang_up(actor)
            raise

    async def _called(self, calling: AbstractAsyncContextManager[Bus]) -> Bus:
        try:
            return await calling.__aenter__()
        except BusError:
            self._node += 1
            raise

    async def _hang_up(self, user: str) -> None:
        calling, _ = self._open.pop(user)
        self._node += 1
        with contextlib.suppress(BusError):
            await calling.__aexit__(None, None, None)


def _asked(id: str, road: tuple[str, ...], survivor: str | None) -> Iterator[tuple[str, str, Command]]:
    station = UnitRef(id=f"u-{TOWN}", name="林业工作站")
    due_on = (datetime.now(UTC) + timedelta(days=20)).date()
    commands = {
        "verify": lambda: (OFFICE, VerifyCase(case_id=id)),
        "dismiss": lambda: (OFFICE, DismissCase(case_id=id, reason="现场核查未发现问题")),
        "void": lambda: (OFFICE, VoidCase(case_id=id, reason="录入有误")),
        "merge": lambda: (OFFICE, MergeCase(case_id=id, into=survivor, reason="重复登记", confirmed=True)),
        "assign": lambda: (OFFICE, AssignCase(case_id=id, unit=station, due_on=due_on)),
        "start": lambda: (STATION, StartCase(case_id=id)),
        "submit": lambda: (STATION, SubmitCase(case_id=id, measures="已清理", evidence=(PHOTOGRAPH,))),
        "accept": lambda: (CHIEF, AcceptCase(case_id=id)),
        "close": lambda: (OFFICE, CloseCase(case_id=id, cause="natural", not_referred="一般问题")),
        "relapse": lambda: (
            CITY_OFFICE,
            RelapseCase(case_id=id, why=RelapseReason.RECURRENCE, reason="又见枯死松树"),
        ),
    }
    for verb in road:
        yield (verb, *commands[verb]())
