"""The whole embedded system, started once for the tests that use it as people do."""

import shutil
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from cli.enrolling import enrol_areas, enrol_posts
from clients.python.bus import connected
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from demo.load import officials
from demo.world import jingdezhen, world
from deploy.local.home import Home
from deploy.local.postgres import temporary_home
from deploy.local.stack import Stack
from deploy.nats.users import Integrator
from tests.waiting import until

TOWN = Division("360222100000")
"""Fuliang town: the tests use its villages only, so that little has to be loaded."""


@pytest.fixture(scope="session")
def sample():
    """Areas and posts of one town with what is above it."""
    areas, posts = world(jingdezhen())
    above = {str(division) for division in TOWN.chain()}
    return (
        [one for one in areas if TOWN.contains(one.division) or one.id in above],
        [one for one in posts if TOWN.contains(one.division) or one.area_id in above],
    )


@asynccontextmanager
async def system_of(sample, **settings):
    """A running stack with one town enrolled; its `said` has every line of its log."""
    areas, posts = sample
    path = temporary_home()
    home = Home(path)
    home.users_file.write((Integrator("acme"), Integrator("desk"), *officials(posts)))
    said = []
    stack = Stack(home, lambda part, line: said.append(f"{part}: {line}"), sync="2m", settings=settings)
    stack.said = said
    stack.run = await stack.start()
    try:
        await _enrol(stack, areas, posts)
        yield stack
    finally:
        await stack.stop()
        shutil.rmtree(path, ignore_errors=True)


async def _enrol(stack, areas, posts):
    """Until every service has heard of them."""
    async with connected(stack.run.url(OPERATOR), OPERATOR) as operator:
        _, wrong = await enrol_areas(operator, list(enumerate(areas)))
        assert wrong == []
        await enrol_posts(operator, posts)
    async with connected(stack.run.url("reader"), "reader", api_prefix="$JS.API") as reader:

        async def heard_by_all():
            durables = await reader.consumers("ROSTER")
            return not any(one["num_pending"] or one["num_ack_pending"] for one in durables)

        await until(heard_by_all)


@pytest.fixture(scope="session")
async def system(sample):
    async with system_of(sample) as found:
        yield found


@pytest.fixture
def village(sample):
    """A village of the town with a point inside it."""
    import shapely

    areas, _ = sample
    found = next(one for one in areas if one.kind == "grid")
    point = shapely.geometry.shape(found.boundary.model_dump()).representative_point()
    return found.division, point.x, point.y


@pytest.fixture
def now():
    return datetime.now(UTC)
