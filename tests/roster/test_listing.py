"""Places and posts are listed by those who may ask for their division, whole, in as many parts as it takes."""

import pytest

from contracts.language.division import UNKNOWN, Division
from contracts.roster import EnrolAreas, EnrolPosts, ListPlaces, ListPosts
from services.roster.listing import store
from services.roster.listing.handlers import MOST_PLACES
from services.roster.service import roster
from tests.roster.areas_and_posts import AREAS, EAST, TOWN, WEST, WEST_GRID, area, ask, held, post, square
from tests.servers import transaction
from tests.telling import answered


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        await answered(roster, tx, ask(EnrolAreas(areas=AREAS), "operator", UNKNOWN))
        yield tx


async def listed(tx, command, division=UNKNOWN):
    return (await answered(roster, tx, ask(command, "operator", division))).body


async def test_places_are_listed_without_their_boundaries_in_a_division_and_of_a_kind(tx):
    everything = await listed(tx, ListPlaces())
    assert {(one.id, one.kind, one.name, one.division) for one in everything.places} == {
        (one.id, one.kind, one.name, one.division) for one in AREAS
    }
    assert [one.id for one in (await listed(tx, ListPlaces(), WEST)).places] == [TOWN, WEST, WEST_GRID.id]
    assert [one.id for one in (await listed(tx, ListPlaces(kind="grid"))).places] == [WEST_GRID.id]
    assert (await listed(tx, ListPlaces(), Division("360281000000"))).places == ()


@pytest.mark.parametrize("more", [0, 1])
async def test_what_does_not_fit_into_one_answer_comes_with_the_next(tx, more):
    count = MOST_PLACES + more - len(AREAS)
    grids = [area(f"g-{n:04d}", WEST, square(117.0, 117.1), kind="grid", parent=WEST) for n in range(count)]
    for at in range(0, count, 400):
        await answered(roster, tx, ask(EnrolAreas(areas=tuple(grids[at : at + 400])), "operator", UNKNOWN))
    first = await listed(tx, ListPlaces())
    assert (len(first.places), first.after is None) == (MOST_PLACES, more == 0)
    rest = await listed(tx, ListPlaces(after=first.places[-1].id))
    assert len({one.id for one in (*first.places, *rest.places)}) == len(AREAS) + count
    assert rest.after is None


async def test_posts_are_listed_with_everybody_appointed_to_them(tx):
    posts = (post(TOWN, "office", None, held("p-office")), post(EAST, "village_chief"), post(WEST_GRID.id, "ranger"))
    await answered(roster, tx, ask(EnrolPosts(posts=posts), "operator", UNKNOWN))
    found = await listed(tx, ListPosts())
    assert ({one.id: one for one in found.posts}, found.after) == ({one.id: one for one in posts}, None)
    assert [one.id for one in (await listed(tx, ListPosts(), EAST)).posts] == [posts[1].id]


async def test_posts_are_parted_by_their_weight_and_one_is_always_told(tx):
    posts = tuple(post(EAST, role) for role in ("chief", "village_chief", "ranger"))
    await answered(roster, tx, ask(EnrolPosts(posts=posts), "operator", UNKNOWN))
    whole = sorted(one.id for one in posts)
    assert [one.id for one in await store.posts(tx, UNKNOWN, "", 10, 1)] == whole[:1]
    assert [one.id for one in await store.posts(tx, UNKNOWN, whole[0], 10, 1_000_000)] == whole[1:]
