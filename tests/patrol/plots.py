"""Plots of dead pines for tests, and what is done on them."""

from contextlib import asynccontextmanager

import pytest

from contracts.language.division import UNKNOWN
from contracts.patrol import (
    EnrolPlots,
    ListPlots,
    RecordClearance,
    VerifyClearance,
)
from contracts.roster import PostStated
from services.patrol.clearance.clock import tell_not_cleared
from services.patrol.service import patrol
from services.runtime.problem import Problem
from tests.patrol.areas_and_reports import EAST, STATED, WEST
from tests.patrol.chiefs import COUNTY, OFFICE, TOWN, china, post
from tests.servers import transaction
from tests.telling import answered, asking, hear, heard

PHOTO = {"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 1}
CREW, CHECKER = post("crew", "unit", TOWN), post("checker", "unit", COUNTY)


@asynccontextmanager
async def standing(dsn):
    """A transaction in which the ground is known, and who works on it."""
    async with transaction(dsn, china(2020, 10, 10, 9)) as tx:
        posts = [PostStated(post=one) for one in (OFFICE, CREW, CHECKER, post("far", "unit", EAST))]
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])
        await hear(patrol, tx, [heard(one, "roster", n) for n, one in enumerate(posts, 1)])
        yield tx


def square(west, south, side=0.01):
    east, north = west + side, south + side
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return {"type": "MultiPolygon", "coordinates": ((ring,),)}


def plot(id="plot-1", **changes):
    window = {"first": "2020-10-08", "last": "2020-10-20"}
    stated = {"id": id, "division": WEST, "place": "后山", "boundary": square(117.02, 29.02), **window}
    return {**stated, "trees": 10, "source": "2020年秋季普查", **changes}


async def ask(tx, command, actor="p-office-1", division=UNKNOWN):
    return await answered(patrol, tx, asking(command, actor, division, tx.now))


async def refused(tx, command, actor="p-office-1", division=UNKNOWN):
    """The status, and the fields with the codes of their rules."""
    with pytest.raises(Problem) as problem:
        await ask(tx, command, actor, division)
    return problem.value.status, [(one["field"], one["rule"].code) for one in problem.value.errors]


async def enrol(tx, *plots):
    return await ask(tx, EnrolPlots.model_validate({"plots": plots or (plot(),)}))


def step(step, trees, day="2020-10-10", **more):
    about = {"way": "burnt"} if step == "treated" else {}
    photos = {"photos_before": (PHOTO,), "photos_after": (PHOTO,)}
    stated = {"plot_id": "plot-1", "post_id": "crew", "step": step, "on": day, "trees": trees}
    return RecordClearance.model_validate({**stated, **about, **photos, **more})


def check(trees, day="2020-10-10", **more):
    stated = {"plot_id": "plot-1", "post_id": "checker", "on": day, "trees": trees, "photos_after": (PHOTO,)}
    return VerifyClearance.model_validate({**stated, **more})


async def work(tx, *steps):
    for one in steps:
        await ask(tx, one, "p-crew")


async def done(tx):
    (shown,) = (await ask(tx, ListPlots(id="plot-1"))).body.plots
    counts = shown.done
    return (counts.found, counts.felled, counts.treated, counts.verified), shown.state


async def ticks(tx, now):
    tx.now = now
    return list(await tell_not_cleared(tx))
