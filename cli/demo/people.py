"""The people of the demo: offices, units and acceptors who move cases along the main road; some are late."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from random import Random

from nats.aio.msg import Msg

from cli.bus import Bus, Refused, connected, told
from contracts.cases import Case, CaseState
from contracts.commands import (
    AcceptCase,
    AssignCase,
    CaseCommand,
    CloseCase,
    DismissCase,
    SendBackCase,
    StartCase,
    SubmitCase,
    VerifyCase,
)
from contracts.division import Division
from contracts.incident import Evidence
from contracts.values import UnitRef, day_of

AT_ONCE = 16


class People:
    """Everybody who acts on cases, each by an own account."""

    def __init__(self, url: Callable[[str], str], accounts: set[str], seed: int) -> None:
        self._url = url
        self._accounts = accounts
        self._seed = seed
        self._open = AsyncExitStack()
        self._buses: dict[str, Bus] = {}
        self._entering = asyncio.Lock()
        self._sent_back: set[str] = set()
        self.cases: dict[str, Case] = {}
        self.moves: Counter[str] = Counter()
        self.forbidden = 0

    def heard(self, message: Msg) -> None:
        """Keep the newest state of each case, as the bus tells it."""
        body = told(message)["body"]
        if "case" in body and "answerable" in body["case"]:
            case = Case.model_validate(body["case"])
            self.cases[case.ref.id] = case

    async def act(self, now: datetime) -> int:
        """Everybody does what is due today; returns how many moves were made."""
        made = 0
        while True:
            moving = [move for case in sorted(self.cases.values(), key=_number) if (move := self._next(case, now))]
            if not moving:
                return made
            gate = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._make(gate, *move) for move in moving))
            made += len(moving)

    def _next(self, case: Case, now: datetime) -> tuple[Case, str, CaseCommand] | None:
        """What somebody does with the case today, if anything."""
        dice = Random(f"{self._seed} {case.ref.number} {case.state} {day_of(now)}").random()
        age = now - case.since
        id = case.ref.id
        match case.state:
            case CaseState.REGISTERED if age >= timedelta(days=1) and dice < 0.5:
                if dice < 0.04:
                    return case, self._office(case), DismissCase(case_id=id, reason="现场核查未发现问题")
                return case, self._office(case), VerifyCase(case_id=id)
            case CaseState.VERIFIED if dice < 0.8:
                station = UnitRef(id=f"u-{_town(case)}", name="林业工作站")
                due_on = day_of(now) + timedelta(days=10)
                return case, self._office(case), AssignCase(case_id=id, unit=station, due_on=due_on)
            case CaseState.ASSIGNED if dice < 0.8:
                return case, self._unit(case), StartCase(case_id=id)
            case CaseState.RECTIFYING if age >= timedelta(days=2) and dice < 0.45:
                evidence = (_photograph(case),)
                measures = "已停工，清理现场并补植"
                return case, self._unit(case), SubmitCase(case_id=id, measures=measures, evidence=evidence)
            case CaseState.SUBMITTED if age >= timedelta(days=1):
                if dice < 0.1 and id not in self._sent_back:
                    self._sent_back.add(id)
                    return case, self._acceptor(case), SendBackCase(case_id=id, reason="补植数量不足")
                return case, self._acceptor(case), AcceptCase(case_id=id)
            case CaseState.ACCEPTED:
                return case, self._office(case), CloseCase(case_id=id)
        return None

    def _office(self, case: Case) -> str:
        return f"p-{case.ref.division[:6]}000000-office"

    def _unit(self, case: Case) -> str:
        return f"p-{_town(case)}-unit"

    def _acceptor(self, case: Case) -> str:
        """The town's chief, or the county's office where that post is vacant."""
        chief = f"p-{_town(case)}-chief"
        return chief if chief in self._accounts else self._office(case)

    async def _make(self, gate: asyncio.Semaphore, case: Case, actor: str, command: CaseCommand) -> None:
        async with gate:
            bus = await self._bus(actor)
            if isinstance(command, AcceptCase) and len(self.cases) and case.ref.number.endswith("5"):
                await self._try_to_accept_own_work(case, command)
            moved = await bus.ask(command, actor, case.ref.division, Case, timeout=20)
            self.moves[type(command).parts()[1]] += 1
            self.cases[moved.ref.id] = moved

    async def _try_to_accept_own_work(self, case: Case, command: AcceptCase) -> None:
        """Who rectified asks to accept as well, and must be refused."""
        actor = self._unit(case)
        try:
            await (await self._bus(actor)).ask(command, actor, case.ref.division, Case)
        except Refused as refused:
            self.forbidden += refused.problem.status == 403

    async def _bus(self, actor: str) -> Bus:
        async with self._entering:
            if actor not in self._buses:
                self._buses[actor] = await self._open.enter_async_context(connected(self._url(actor), actor))
        return self._buses[actor]

    async def leave(self) -> None:
        await self._open.aclose()


def _number(case: Case) -> str:
    return case.ref.number


def _town(case: Case) -> Division:
    return Division(case.ref.division[:9] + "000")


def _photograph(case: Case) -> Evidence:
    digest = hashlib.sha256(case.ref.number.encode()).hexdigest()
    return Evidence(sha256=digest, media_type="image/jpeg", size_bytes=200_000)
