"""The people of the demo: offices, units and acceptors who move cases along every edge of the machine."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from random import Random
from typing import TypeVar
from uuid import UUID

from nats.aio.msg import Msg
from pydantic import BaseModel

from clients.python.bus import Bus, connected, told
from clients.python.refused import Refused
from contracts.cases import AcceptCase, Case, CaseCommand, Letter, ReceiptLetter, ReplyLetter
from contracts.language.division import Division
from contracts.language.message import Command
from contracts.language.values import day_of
from demo.actors import Actors
from demo.books.evidence import Asked
from demo.particulars import number_of
from demo.roads import Roads

AnswerT = TypeVar("AnswerT", bound=BaseModel)
AT_ONCE = 16


class People:
    """Everybody who acts on cases, each by an own account."""

    def __init__(self, url: Callable[[str], str], accounts: set[str], seed: int) -> None:
        self._url = url
        self.accounts = accounts
        self._actors = Actors(accounts)
        self.planned: set[str] = set()
        """The cases whose end is planned: they leave the main road for no side road."""
        self._roads = Roads(self._actors, self.planned)
        self._seed = seed
        self._open = AsyncExitStack()
        self._buses: dict[str, Bus] = {}
        self._entering = asyncio.Lock()
        self.letters: dict[UUID, tuple[Case, Letter]] = {}
        self.campaigns: set[str] = set()
        """Those of which anything was ever entered in the ledger."""
        self._acting = False
        self.cases: dict[str, Case] = {}
        self.moves: Counter[str] = Counter()
        self._made: Counter[str] = Counter()
        self.forbidden = 0
        self.now = datetime.min
        self.asked: list[Asked] = []

    def heard(self, message: Msg) -> None:
        """Keep the newest state of each case, as the bus tells it."""
        heard = told(message)
        body = heard["body"]
        if "case" in body and "answerable" in body["case"]:
            # While people act, what they are answered is newer than what the bus tells of it.
            if not self._acting:
                case = Case.model_validate(body["case"])
                self.cases[case.ref.id] = case
            self.campaigns |= {one["scope"]["campaign"] for one in body["entries"]}
            if "letter" in body:
                letter = Letter.model_validate(body["letter"])
                self.letters[letter.id] = (Case.model_validate(body["case"]), letter)

    async def act(self, now: datetime) -> int:
        """Everybody does what is due today; returns how many moves were made."""
        self._acting = True
        made = await self._answer_letters(now)
        while True:
            moving = [move for case in sorted(self.cases.values(), key=number_of) if (move := self._next(case, now))]
            if not moving:
                self._acting = False
                return made
            gate = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._make(gate, *move) for move in moving))
            made += len(moving)

    async def _answer_letters(self, now: datetime) -> int:
        """Many letters to the units of the roster are signed for, and some of those answered."""
        asked = []
        for case, letter in self.letters.values():
            dice = Random(f"{self._seed} {letter.id}").random()
            actor = self._actors.of_unit(letter.to)
            if actor is None or dice > 0.5 or letter.replied_on is not None:
                continue
            command: CaseCommand | None = None
            if letter.receipted_on is None:
                command = ReceiptLetter(case_id=case.ref.id, letter_id=letter.id)
            elif dice < 0.2 and letter.receipted_on < day_of(now):
                command = ReplyLetter(case_id=case.ref.id, letter_id=letter.id, reply="已督促现场，下周完成")
            if command is not None:
                asked.append(self.ask(command, actor, case.ref.division, Case))
        await asyncio.gather(*asked)
        return len(asked)

    def _next(self, case: Case, now: datetime) -> tuple[Case, str, CaseCommand] | None:
        """What somebody does with the case today, if anything."""
        # Thrown anew after each move: one throw for several would make the second follow from the first.
        thrown = f"{self._seed} {case.ref.number} {case.state} {day_of(now)} {self._made[case.ref.id]}"
        found = self._roads.next(case, now, Random(thrown).random())
        return None if found is None else (case, *found)

    async def _make(self, gate: asyncio.Semaphore, case: Case, actor: str, command: CaseCommand) -> None:
        async with gate:
            if isinstance(command, AcceptCase) and len(self.cases) and case.ref.number.endswith("5"):
                await self._try_to_accept_own_work(case, command)
            moved = await self.ask(command, actor, case.ref.division, Case)
            self._made[moved.ref.id] += 1
            self.cases[moved.ref.id] = moved

    async def ask(self, command: Command, actor: str, division: Division, answer: type[AnswerT]) -> AnswerT:
        """One command, as one of these people; counted."""
        given = await (await self.bus(actor)).ask(command, actor, division, answer, timeout=20)
        said, answered = command.model_dump(mode="json"), given.model_dump(mode="json")
        self.asked.append(Asked(self.now, actor, command.name, said, answered))
        if command.parts()[0] == "cases":
            self.moves[command.name] += 1
        return given

    async def _try_to_accept_own_work(self, case: Case, command: AcceptCase) -> None:
        """Who rectified asks to accept as well, and must be refused."""
        actor = self._actors.unit(case)
        try:
            await (await self.bus(actor)).ask(command, actor, case.ref.division, Case)
        except Refused as refused:
            self.forbidden += refused.problem.status == 403

    async def bus(self, actor: str) -> Bus:
        """The connection of one of these people."""
        async with self._entering:
            if actor not in self._buses:
                self._buses[actor] = await self._open.enter_async_context(connected(self._url(actor), actor))
        return self._buses[actor]

    async def leave(self) -> None:
        await self._open.aclose()
