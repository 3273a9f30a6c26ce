"""Asks roster on its tables, as the bus would; who holds the town's posts."""

import itertools
from contextlib import asynccontextmanager

from contracts.language.division import UNKNOWN
from contracts.roster import Appoint, EnrolAreas, EnrolPosts, WhoAnswers
from services.roster.service import roster
from tests.roster.areas_and_posts import TOWN, WEST, WEST_GRID, ask, held, post
from tests.servers import NOW, transaction
from tests.telling import answered

POSTS = (
    post(TOWN, "chief", None, held("p-chief")),
    post(TOWN, "unit", None, held("p-unit")),
    post(TOWN, "office", None, held("p-office")),
    post(WEST, "village_chief", None, held("p-village")),
    post(WEST_GRID.id, "ranger", None, held("p-ranger")),
    post(WEST_GRID.id, "resource_supervisor"),
)
_versions = itertools.count(1_000, 1_000)


@asynccontextmanager
async def fresh(dsn):
    """A transaction whose view was never seen: those rolled back would leave their version numbers behind."""
    async with transaction(dsn) as tx:
        await tx.sql.execute("UPDATE view_version SET version = $1", next(_versions))
        yield tx


async def enrol(tx, *areas, actor="operator", division=UNKNOWN):
    return await answered(roster, tx, ask(EnrolAreas(areas=areas), actor, division))


async def enrol_posts(tx, *posts, actor="operator", division=UNKNOWN):
    return await answered(roster, tx, ask(EnrolPosts(posts=posts), actor, division))


async def appoint(tx, post_id, person, held_from, actor="operator", division=UNKNOWN):
    command = Appoint(post_id=post_id, person_id=person, person_name="三龙镇林长", held_from=held_from)
    return await answered(roster, tx, ask(command, actor, division))


async def who(tx, lon, lat=29.05, at=NOW, known_at=None, division=UNKNOWN):
    command = WhoAnswers(lon=lon, lat=lat, at=at, known_at=known_at)
    return (await answered(roster, tx, ask(command, "p-office", division))).body
