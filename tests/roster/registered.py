"""Registers on the real tables: a county with a town, its posts, and what somebody states."""

from contextlib import asynccontextmanager

from contracts.language.division import UNKNOWN, Division
from contracts.roster import EnrolAreas, EnrolPosts, FindingStated, Register
from services.roster.register.handlers import room_of
from services.roster.service import REGISTERS, roster
from services.runtime.transaction import Transaction
from tests.roster.areas_and_posts import AREAS, TOWN, WEST, WEST_GRID, area, ask, held, post, square
from tests.roster.entries import STATED, enrolling, entry
from tests.servers import NOW, transaction

COUNTY = Division("360222000000")
COUNTY_AREA = area(COUNTY, COUNTY, square(117.0, 117.2))
POSTS = (
    post(COUNTY, "office", None, held("p-county-office")),
    post(TOWN, "chief", None, held("p-chief")),
    post(TOWN, "unit", None, held("p-unit")),
    post(TOWN, "office", None, held("p-office")),
    post(WEST, "village_chief", None, held("p-village")),
    post(WEST_GRID.id, "ranger", None, held("p-ranger")),
    post(WEST_GRID.id, "resource_supervisor"),
)
(LOOK,) = (one.work for one in room_of(REGISTERS).clock_work)


class Desk:
    """Whoever states something in one transaction."""

    def __init__(self, tx, now=NOW):
        self.tx = Transaction(tx.sql, now)

    def at(self, now):
        """The same desk at another time."""
        return Desk(self.tx, now)

    async def ask(self, command, actor="operator", division=UNKNOWN):
        return await roster.commands[type(command)](self.tx, ask(command, actor, division))

    async def enrol(self, register, *entries, actor="operator", division=UNKNOWN):
        return await self.ask(enrolling(register, *entries), actor, division)

    async def look(self):
        """What the clock finds, until it finds nothing more to look at."""
        found = []
        while told := await LOOK(self.tx):
            found += told
        return [one.finding for one in found]

    async def mu(self, area_id):
        return await self.tx.sql.fetchval("SELECT body->>'area_mu' FROM areas WHERE id = $1", area_id)

    async def board(self, **otherwise):
        """A board that shows what it must."""
        content = {**STATED[Register.BOARD]["content"], "area_mu": await self.mu(WEST), **otherwise.pop("content", {})}
        return entry(Register.BOARD, content=content, **otherwise)


def found_in(answer):
    """What an answer tells that was found, by rule."""
    return {fact.finding.rule: fact.finding for fact in answer.news if isinstance(fact, FindingStated)}


@asynccontextmanager
async def town(dsn, now=NOW):
    """A desk in a county with its areas and posts."""
    async with transaction(dsn) as tx:
        desk = Desk(tx, now)
        await desk.ask(EnrolAreas(areas=(COUNTY_AREA, *AREAS)))
        await desk.ask(EnrolPosts(posts=POSTS))
        yield desk
