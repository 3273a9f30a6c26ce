"""Plays June and July 2020 on a fresh system: reports, cases, progress, tracks; then tables and the books."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nats.aio.msg import Msg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.say import say, talk
from cli.target.plan import shipped
from clients.python.bus import Bus, connected
from clients.python.refused import TooLarge
from contracts.language.command import OPERATOR
from contracts.language.envelope import Envelope, to_headers
from contracts.language.values import day_of
from contracts.roster import Area, BoardStated, BreederStated, FindingStated, GapStated
from contracts.roster import Post as RosterPost
from contracts.wiring.table import SERVICES
from demo.books import audit, gathering
from demo.books.evidence import Evidence, Told
from demo.books.plants import PLANTS
from demo.desk import Desk
from demo.fieldwork import Fieldwork
from demo.ground import Ground
from demo.in_depth.rounds import officials
from demo.in_depth.whole import InDepth
from demo.load import load, state_officials
from demo.people import People
from demo.quiet import WITHIN_S, Quiet
from demo.reports import SOURCES, Post, Reports
from demo.tables import show
from demo.world import jingdezhen, world
from deploy.local.home import Home, Run
from deploy.local.postgres import temporary_home
from deploy.local.private import open_private
from deploy.local.stack import Stack
from deploy.nats.users import Integrator

FIRST = datetime(2020, 6, 1, 1, 0, tzinfo=UTC)
LAST = datetime(2020, 7, 31, 9, 0, tzinfo=UTC)
REGISTERS = (BoardStated, BreederStated, FindingStated, GapStated)
"""What of roster is listened to: areas, divisions and posts stand as they were enrolled."""
STEPS = 24
REPORTING_STEPS = 17
"""Nothing new is reported in the last weeks, so that most cases come to their end."""
_MOMENT = timedelta(microseconds=1)


async def play(*, reports: int, seed: int, keep: bool, out: Console, err: Console, plant: str | None = None) -> int:
    """Everything in one go; exit status 1 when a book does not balance, as it must not with a plant."""
    started = time.monotonic()
    path = temporary_home()
    try:
        async with playing(path, reports, seed, err) as (demo, evidence):
            books = audit(PLANTS[plant].change(evidence) if plant else evidence)
            await show(demo.run, demo.people, books, out)
    finally:
        if asyncio.current_task().cancelling() and not keep:  # type: ignore[union-attr]
            shutil.rmtree(path, ignore_errors=True)
    balanced = all(book.balances for book in books)
    if keep or not balanced:
        talk("demo.kept", path=path)
    else:
        shutil.rmtree(path, ignore_errors=True)
    talk("demo.balanced" if balanced else "demo.unbalanced", seconds=f"{time.monotonic() - started:.0f}")
    return 0 if balanced else 1


@asynccontextmanager
async def playing(path: Path, reports: int, seed: int, err: Console) -> AsyncIterator[tuple[Demo, Evidence]]:
    """A play on a fresh system in `path`, which still runs, and all that the books are kept from."""
    started = time.monotonic()
    home = Home(path)
    areas, posts = await asyncio.to_thread(lambda: world(jingdezhen()))
    state_officials(home, posts, *(Integrator(name) for name in SOURCES), *officials(posts))
    with open_private(path / "log", "w") as log:
        stack = Stack(home, lambda part, line: print(f"{part:>9} | {line}", file=log, flush=True), clock="bus")
        talk("demo.starting", log=path / "log")
        try:
            run = await stack.start()
            async with stack.watched(), AsyncExitStack() as entered:
                demo = Demo(run, await _buses(entered, run), Reports(areas, seed), Fieldwork(areas, shipped(), seed))
                accounts = {outsider.name for outsider in home.outsiders()}
                demo.people = People(run.url, accounts, seed)
                demo.desk = Desk(demo.people, jingdezhen(), path, seed)
                demo.ground = Ground(demo.people, posts, seed)
                demo.in_depth = InDepth(areas, posts, path, seed, demo.people, demo.buses[OPERATOR])
                entered.push_async_callback(demo.people.leave)
                await demo.tell(FIRST)
                await demo.listen()
                await load(demo.buses[OPERATOR], areas, posts)
                await demo.quiet()
                await demo.in_depth.begin()
                talk("demo.loaded", seconds=f"{time.monotonic() - started:.0f}")
                await demo.play(reports, err)
                yield demo, await demo.evidence(areas, posts)
        finally:
            await stack.stop()


async def _buses(open: AsyncExitStack, run: Run) -> dict[str, Bus]:
    """The connections of those who look on, tell the time, run the system and report."""
    return {
        user: await open.enter_async_context(
            connected(run.url(user), user, api_prefix="$JS.API" if user in ("demo", "reader") else "FOREST.API")
        )
        for user in ("demo", "reader", OPERATOR, *SOURCES)
    }


class Demo:
    """One play on a running system."""

    people: People
    desk: Desk
    ground: Ground
    in_depth: InDepth

    def __init__(self, run: Run, buses: dict[str, Bus], reports: Reports, fieldwork: Fieldwork) -> None:
        self.run = run
        self.buses = buses
        self.moments: list[datetime] = []
        self.posted: list[Post] = []
        self.not_taken = 0
        self.seen: Counter[str] = Counter()
        self.messages: list[Msg] = []
        self._quiet = Quiet(buses[OPERATOR], buses["reader"], lambda: len(self.messages))
        self._reports = reports
        self._fieldwork = fieldwork

    async def listen(self) -> None:
        """From the first fact on."""
        reader = self.buses["reader"].client
        for told in (
            *(f"{service}.>" for service in SERVICES[1:]),
            *(f"{one.name}.>" for one in REGISTERS),
            "rejected.>",
        ):
            await reader.subscribe(told, cb=self._heard, pending_bytes_limit=-1, pending_msgs_limit=-1)
        await reader.flush()

    async def play(self, reports: int, err: Console) -> None:
        """So many reports over the reporting steps, and everything that follows from them."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
            task = progress.add_task("", total=STEPS)
            before = FIRST
            for step in range(1, STEPS + 1):
                now = FIRST + (LAST - FIRST) * step / STEPS
                await self._step(step, before, now, reports)
                before = now
                progress.update(task, advance=1, description=self._line(now))
                if not err.is_terminal and step % 5 == 0:
                    err.print(self._line(now), highlight=False)

    def _line(self, now: datetime) -> str:
        about = {name: self.seen[fact] for name, fact in _SHOWN.items()}
        return say("demo.line", day=day_of(now), **about)

    async def evidence(self, areas: Sequence[Area], posts: Sequence[RosterPost]) -> Evidence:
        """What was posted and asked, and what the bus told and answers."""
        operator, reader = self.buses[OPERATOR], self.buses["reader"]
        return Evidence(
            areas=areas,
            posts=posts,
            posted=self.posted,
            not_taken=self.not_taken,
            asked=self.people.asked,
            moments=self.moments,
            told=[Told.read(one.subject, one.headers or {}, one.data) for one in self.messages],
            imports=asdict(self.desk.imports),
            sheets=await gathering.sheets(operator, self.people.campaigns),
            plan=await gathering.plan(operator),
            standing=await gathering.standing(operator),
            kept=await gathering.kept(reader),
            areas_mu=await gathering.areas_mu(operator),
            stored=await gathering.stored(self.run.databases["patrol"]),
            patches=await gathering.patches(operator),
            planned=self.in_depth.planned,
            photographs=self.in_depth.photographs.came,
            fetched=self.in_depth.photographs.fetched,
        )

    async def _step(self, step: int, before: datetime, now: datetime, reports: int) -> None:
        await self.tell(now)
        if step <= REPORTING_STEPS:
            count = reports * step // REPORTING_STEPS - reports * (step - 1) // REPORTING_STEPS
            posts = self._reports.between(before, now, count)
            if step == 1:
                posts.append(self._reports.oversized(now))
            await self._post(posts)
        await self._post(self._fieldwork.between(before, now))
        for wave in self.in_depth.waves(step, now):
            await self._post(wave)
            await self.quiet()
        await self.quiet()
        now = self.people.now
        await self.in_depth.act(step, now)
        await self.ground.act(step, now)
        await self.desk.act(step, before, now)
        await self.later()
        await self.quiet()
        if await self.people.act(self.people.now):
            await self.quiet()

    async def later(self) -> None:
        """The time moves by as little as it can."""
        await self.tell(self.people.now + _MOMENT)

    async def tell(self, now: datetime) -> None:
        """Set the clock of everybody; until each service has heard it, nothing is sent that it would date by."""
        self.people.now = now
        self.moments.append(now)
        await self.buses["demo"].request("clock.now", now.isoformat().encode(), {"Nats-Msg-Id": now.isoformat()}, 5)
        await self._quiet.has_heard(now)

    async def _post(self, posts: Sequence[Post]) -> None:
        """Each source sends its own in order, all sources at once."""
        by_source: dict[str, list[Post]] = {}
        for post in posts:
            by_source.setdefault(post.source, []).append(post)
        await asyncio.gather(*(self._post_all(source, its) for source, its in by_source.items()))

    async def _post_all(self, source: str, posts: Sequence[Post]) -> None:
        for post in posts:
            if await self._post_one(self.buses[source], post):
                self.posted.append(post)
            else:
                self.not_taken += 1

    async def _post_one(self, bus: Bus, post: Post) -> bool:
        headers = to_headers(Envelope(id=post.message_id, source=post.source, type=post.type, time=post.at))
        with suppress(TooLarge):
            receipt = await bus.post_raw(post.subject, post.body, headers)
            return not receipt.duplicate
        return False

    async def _heard(self, message: Msg) -> None:
        self.messages.append(message)
        family, word = message.subject.split(".")[:2]
        self.seen[family if family == "rejected" else f"{family}.{word}"] += 1
        if message.subject.startswith("patrol.located."):
            self.in_depth.above.heard(message)
        elif message.subject.startswith("cases."):
            self.people.heard(message)

    async def quiet(self) -> None:
        """Everything that was begun is done. Raises TimeoutError."""
        async with asyncio.timeout(WITHIN_S):
            while not await self._quiet.comes(self.people.now):
                await self.later()


_SHOWN = {
    "located": "patrol.located",
    "linked": "patrol.linked",
    "refused": "rejected",
    "opened": "cases.opened",
    "closed": "cases.closed",
    "overdue": "cases.overdue",
    "told": "notify.notified",
}
