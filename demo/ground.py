"""The demo's rounds and registers: chiefs patrol or are excused, boards are renewed, breeders for food closed down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from contracts.language.command import Done
from contracts.language.division import Division
from contracts.language.values import SHANGHAI, Role, day_of
from contracts.patrol import (
    Activity,
    DutiesShown,
    DutyShown,
    DutyState,
    ExcuseDuty,
    ListDuties,
    PatrolWay,
    RecordedPatrol,
    RecordPatrol,
)
from contracts.roster import (
    Appoint,
    Area,
    AreasListed,
    Board,
    Breeder,
    EnrolBoards,
    EnrolBreeders,
    ListAreas,
    Post,
    RecordBreederStep,
    RenewBoard,
)
from demo.particulars import photograph_of
from demo.people import People

WALKING = ((Role.VILLAGE_CHIEF, 6), (Role.CHIEF, 2), (Role.RESOURCE_SUPERVISOR, 2))
"""How many of a role patrol in each step."""
ENROLLED, RENEWED, EXCUSED = 2, 13, (6, 12)
HELD_ANEW = 9
"""In which step who answers for a board's ground changes."""
SPECIES, HEAD, KG, YUAN_A_KG = "竹鼠", 120, 200, 75
TIERS = {"province": 3, "city": 3, "county": 4}
"""Tenths of what is due that each pays."""


class Ground:
    """What is walked and kept besides cases, by the chief offices of the counties."""

    def __init__(self, people: People, posts: Sequence[Post], seed: int) -> None:
        self._people = people
        self._draw = Random(seed + 5)
        self._held = {post.id: post.appointments[-1].person.name for post in posts if post.appointments}
        self._posts = {post.id: post for post in posts}
        self._boards: dict[str, Board] = {}
        self._breeders: list[Breeder] = []

    async def act(self, step: int, now: datetime) -> None:
        """The work of this step of the play."""
        if step == ENROLLED:
            await self._enrol(now)
        if step == HELD_ANEW:
            await self._appoint(now)
        if step == RENEWED:
            await self._renew(now)
        if step in EXCUSED:
            await self._excuse(now)
        for kind in STEPS.get(step, ()):
            for breeder in self._breeders:
                await self._end(breeder, kind, now)
        await self._walk(now)

    async def _walk(self, now: datetime) -> None:
        """Yesterday's patrols of some, as their county's office writes them down."""
        began = datetime.combine(day_of(now) - timedelta(days=1), time(9), SHANGHAI)
        for role, count in WALKING:
            held = [id for id, post in self._posts.items() if post.role is role and id in self._held]
            for id in self._draw.sample(held, count):
                visit = role is Role.RESOURCE_SUPERVISOR
                walked = RecordPatrol(
                    post_id=id,
                    activity=Activity.VISIT if visit else Activity.PATROL,
                    way=None if visit else PatrolWay.EVERYDAY,
                    started_at=began,
                    ended_at=began + timedelta(minutes=90),
                    place=self._posts[id].title,
                    text="沿防火道巡查",
                )
                await self._ask(walked, self._posts[id].division, RecordedPatrol)

    async def _excuse(self, now: datetime) -> None:
        """The first duty in each county that ends soon and is not done."""
        for county in self._counties():
            asked = ListDuties(state=DutyState.OPEN, on=day_of(now), limit=1)
            for one in (await self._ask(asked, county, DutiesShown)).duties:
                excused = ExcuseDuty(duty_id=one.duty.id, reason="参加防汛抢险")
                await self._ask(excused, one.duty.division, DutyShown)

    async def _enrol(self, now: datetime) -> None:
        """A board and a breeder for food in a village of each county whose chief and grid team are all there."""
        for county in self._counties():
            village = next(id[:12] for id in self._posts if county.contains(Division(id[:12])) and self._is_whole(id))
            board = Board.model_validate(
                {
                    **_in(village, f"board-{village}"),
                    "place": "村口",
                    "at": {"lon": 117.2, "lat": 29.3, "datum": "cgcs2000"},
                    "content": await self._content(village, day_of(now)),
                    "photo": photograph_of(f"board-{village}"),
                    "confirmed_on": day_of(now),
                    "inspected_on": day_of(now),
                }
            )
            breeder = Breeder.model_validate(
                {
                    **_in(village, f"breeder-{village}"),
                    "name": "竹鼠养殖场",
                    "place": "村东",
                    "use": "food",
                    "stock": [{"species": SPECIES, "head": HEAD, "kg": KG}],
                    "licence": {
                        "number": f"林护许〔2018〕{village[:6]}号",
                        "issuer": "县林业局",
                        "first": "2018-03-01",
                        "last": "2021-02-28",
                    },
                    "inspections": [
                        {"visited_on": day_of(now), "inspector": "县林业局", "findings": "已停售", "passed": True}
                    ],
                }
            )
            await self._ask(EnrolBoards(boards=(board,)), county, Done)
            await self._ask(EnrolBreeders(breeders=(breeder,)), county, Done)
            self._boards[village] = board
            self._breeders.append(breeder)

    async def _appoint(self, now: datetime) -> None:
        """From tomorrow another supervises the grid of each board's village."""
        for village in self._boards:
            post_id = f"{village}-g1-resource-supervisor"
            person_id = f"p-{post_id}-{day_of(now):%m%d}"
            asked = Appoint(
                post_id=post_id,
                person_id=person_id,
                person_name=f"新任监管员{day_of(now):%m%d}",
                held_from=day_of(now) + timedelta(days=1),
            )
            await self._ask(asked, Division(village), Post)

    async def _renew(self, now: datetime) -> None:
        for village, board in self._boards.items():
            asked = RenewBoard.model_validate(
                {
                    "board_id": board.id,
                    "content": await self._content(village, day_of(now)),
                    "photo": photograph_of(f"{board.id}-renewed"),
                    "confirmed_on": day_of(now),
                }
            )
            await self._ask(asked, Division(village), Board)

    async def _end(self, breeder: Breeder, kind: str, now: datetime) -> None:
        """A step to the end of breeding for food; what is paid, by each tier its part."""
        due = Decimal(KG * YUAN_A_KG)
        said: list[dict[str, Any]] = {
            "compensation": [{"species": SPECIES, "yuan": due}],
            "disposal": [{"species": SPECIES, "head": HEAD, "kg": KG, "way": "release"}],
            "payment": [{"tier": tier, "yuan": due * tenths / 10} for tier, tenths in TIERS.items()],
        }.get(kind, [{}])
        for n, more in enumerate(said):
            number = f"{kind}-{n}"
            step = {"number": number, "kind": kind, "done_on": day_of(now), **more}
            proved = {**step, "evidence": [photograph_of(f"{breeder.id}-{number}")]}
            asked = RecordBreederStep.model_validate({"breeder_id": breeder.id, "step": proved})
            await self._ask(asked, breeder.division, Breeder)

    async def _content(self, village: str, day: date) -> dict[str, Any]:
        """What a village's board must show: its chief and its grid's team, each with a phone, and its ground."""
        asked = ListAreas(ids=(village,))
        area: Area = (await self._ask(asked, Division(village), AreasListed)).areas[0]
        return {
            "lines": [
                {"post_id": id, "holder": self._name(id, day), "phone": "0798-2620001"} for id in _on_board(village)
            ],
            "area_name": area.name,
            "area_mu": area.area_mu,
            "hotline": "0798-2621234",
        }

    def _name(self, post_id: str, day: date) -> str:
        """Of who holds a post on a day, by the sample and by who was appointed since."""
        name = self._held[post_id]
        for asked in self._people.asked:
            about = asked.said
            if asked.name == Appoint.name and (about["post_id"], about["held_from"] <= str(day)) == (post_id, True):
                name = about["person_name"]
        return name

    def _is_whole(self, id: str) -> bool:
        return self._posts[id].role is Role.VILLAGE_CHIEF and all(one in self._held for one in _on_board(id[:12]))

    def _counties(self) -> list[Division]:
        return sorted({Division(f"{id[:6]}000000") for id in self._posts if id[4:6] != "00"})

    async def _ask(self, command: Any, division: Division, answer: Any) -> Any:
        return await self._people.ask(command, f"p-{division[:6]}000000-office", division, answer)


STEPS = {5: ("consent", "compensation"), 8: ("disposal", "payment"), 11: ("licence_withdrawn",)}
"""In which step of the play which steps of a breeder's end are recorded."""


def _on_board(village: str) -> tuple[str, ...]:
    return f"{village}-village-chief", f"{village}-g1-resource-supervisor", f"{village}-g1-ranger"


def _in(village: str, id: str) -> dict[str, Any]:
    return {"id": id, "division": village, "area_id": village, "in_force_from": "2020-01-01", "source": "县林长办登记"}
