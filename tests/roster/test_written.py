"""Whatever roster takes, its tables give back: what they hold is never refused by who reads it."""

import asyncio
import json

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.language.message import dump
from contracts.roster import AreaStated, EnrolAreas, EnrolPosts, PostStated
from services.roster.answerable import store as answerable_store
from services.roster.service import roster
from services.runtime.problem import Problem
from tests.roster.areas_and_posts import AREAS, TOWN, WEST, ask
from tests.servers import transaction
from tests.telling import answered

ONCE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
CODES = st.sampled_from([WEST, TOWN, "360222104203", "000000000000", "999999999999"])
DAYS = st.sampled_from(["2018-01-01", "2020-06-15", "1949-10-01", "2199-12-31", "0001-01-01", "9999-12-31"])
NAMES = st.text(max_size=210) | st.sampled_from(["双龙村", "a\0b", "\u202e", "\ud7ff\ue000", "'; DROP TABLE areas; --"])


def square(west, south, wide, high):
    east, north = west + wide, south + high
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


corners = st.floats(115.5, 118.5) | st.sampled_from([-117.1, 0.0, 180.0])
sides = st.floats(-0.5, 0.5) | st.sampled_from([0.0, 1e-9, 234.0])
polygons = st.lists(st.builds(square, corners, st.floats(28.5, 30.0), sides, sides), min_size=1, max_size=2)
areas = st.fixed_dictionaries(
    {
        "id": st.just("a"),
        "kind": st.sampled_from(["division", "grid", "forest_farm", "reserve", "other", "未知"]),
        "name": NAMES,
        "division": CODES,
        "boundary": st.fixed_dictionaries(
            {"type": st.just("MultiPolygon"), "coordinates": st.lists(polygons, min_size=1, max_size=2)}
        ),
        "area_mu": st.sampled_from(["0", "1", "-1", "999999999999.9999", "1e999"]),
        "in_force_from": DAYS,
    },
    optional={"parent_id": st.sampled_from([TOWN, WEST, "a", None]), "ended_on": DAYS, "precedence": st.integers()},
)
appointments = st.fixed_dictionaries(
    {
        "person": st.fixed_dictionaries({"id": st.just("p-1"), "name": NAMES}),
        "held_from": DAYS,
        "recorded_at": st.sampled_from(
            ["2019-01-01T00:00:00Z", "2019-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"]
        ),
    },
    optional={"held_to": DAYS, "superseded_at": st.sampled_from(["2020-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])},
)
posts = st.fixed_dictionaries(
    {
        "id": st.just("post"),
        "role": st.sampled_from(["chief", "ranger", "未知"]),
        "title": NAMES,
        "area_id": st.sampled_from([WEST, TOWN, "nowhere"]),
        "division": CODES,
        "unit": st.fixed_dictionaries({"id": st.just("u-1"), "name": NAMES}),
    },
    optional={"appointments": st.lists(appointments, max_size=3), "ended_on": DAYS},
)


async def taken(tx, command, stated):
    """What is told of something enrolled; None where the contract or a rule refuses it."""
    try:
        return (await answered(roster, tx, ask(command.model_validate_json(json.dumps(stated))))).news
    except (ValidationError, Problem):
        return None


async def read_again(dsn, command, stated, fact):
    async with transaction(dsn) as tx:
        await answered(roster, tx, ask(EnrolAreas(areas=AREAS)))
        told = await taken(tx, command, stated)
        event("refused" if told is None else "taken")
        await answerable_store.load_duties(tx.sql)
        if told:
            assert [fact.model_validate_json(dump(one)) for one in told] == list(told)
            assert await taken(tx, command, stated) == ()


@ONCE
@given(areas)
def test_an_area_that_is_enrolled_can_be_read_again_and_is_the_same(dsn, stated):
    asyncio.run(read_again(dsn, EnrolAreas, {"areas": [stated]}, AreaStated))


@ONCE
@given(posts)
def test_a_post_that_is_enrolled_can_be_read_again_and_is_the_same(dsn, stated):
    asyncio.run(read_again(dsn, EnrolPosts, {"posts": [stated]}, PostStated))
