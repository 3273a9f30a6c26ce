"""Loads the sample: Jingdezhen's areas and posts, the plan of 2020, and the officials who may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cli.enrolling import enrol_areas, enrol_posts
from cli.say import talk
from cli.target.plan import shipped
from clients.python.bus import Bus, connected
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division, Level
from contracts.language.values import Role
from contracts.roster import Area, Post
from contracts.targets import SetTarget, Target
from demo.world import jingdezhen, world
from deploy.local.home import Home, Run
from deploy.nats.users import Official, Outsider

ASKING = (Role.OFFICE, Role.UNIT, Role.CHIEF, Role.GENERAL_CHIEF, Role.DEPUTY_GENERAL_CHIEF)
"""Holders of these posts are given an account of their own on the bus."""


def officials(posts: Sequence[Post]) -> tuple[Official, ...]:
    """Everybody who may ask, each within the region of the post."""
    return tuple(
        Official(post.appointments[-1].person.id, _region(post))
        for post in posts
        if post.role in ASKING and post.appointments
    )


def _region(post: Post) -> Division:
    """A unit may be given cases anywhere in its county, as the successor of another."""
    county = [above for above in post.division.chain() if above.level is Level.COUNTY]
    return county[0] if post.role is Role.UNIT and county else post.division


def state_officials(home: Home, posts: Sequence[Post], *others: Outsider) -> None:
    """Add the officials of the sample to those who may come to the bus."""
    home.users_file.add(*others, *officials(posts))


def state_sample(home: Home) -> None:
    """Those of Jingdezhen."""
    state_officials(home, world(jingdezhen())[1])


async def load(bus: Bus, areas: Sequence[Area], posts: Sequence[Post]) -> None:
    """Enrol everything as the operator; what is there already is left as it is."""
    _, wrong = await enrol_areas(bus, list(enumerate(areas, 1)))
    if wrong:
        raise ValueError(f"the sample's own areas are refused: {wrong[:3]}")
    await enrol_posts(bus, posts)
    targets = shipped()
    await asyncio.gather(*(bus.ask(SetTarget(target=one), OPERATOR, UNKNOWN, Target) for one in targets))
    talk("up.loaded", areas=len(areas), posts=len(posts), targets=len(targets))


async def load_sample(run: Run) -> None:
    """Load Jingdezhen into a running system."""
    talk("up.loading")
    areas, posts = world(jingdezhen())
    async with connected(run.url(OPERATOR), OPERATOR) as bus:
        await load(bus, areas, posts)
