"""Roster as a process of its own: enrolled by commands on the bus, it tells everybody and answers."""

import json
from datetime import UTC, datetime

import nats

from clients.python.bus import connected
from contracts.language.command import Done
from contracts.language.division import UNKNOWN
from contracts.language.values import AreaKind
from contracts.roster import Answerable, EnrolAreas, EnrolPosts, WhoAnswers
from demo.world import jingdezhen, world
from services.runtime.reference.ground import shape_of
from tests.servers import migrated, running
from tests.waiting import until


async def test_the_operator_enrols_a_town_and_everybody_hears_who_answers(bus):
    areas, posts = world(jingdezhen())
    above = ["360200000000", "360222000000"]
    some = [area for area in areas if area.id in above or area.division.startswith("360222100")][:20]
    ids = {area.id for area in some}
    theirs = [post for post in posts if post.area_id in ids]
    async with (
        running("roster", bus, await migrated("roster")),
        connected(bus.url("operator"), "operator") as operator,
    ):
        enrolled = await operator.ask(EnrolAreas(areas=some), "operator", UNKNOWN, Done)
        assert enrolled.changed == len(some) == 20
        enrolled = await operator.ask(EnrolPosts(posts=theirs), "operator", UNKNOWN, Done)
        assert enrolled.changed == len(theirs)
        again = await operator.ask(EnrolAreas(areas=some), "operator", UNKNOWN, Done)
        assert again.changed == 0

        village, grid = some[3:5]
        inside = shape_of(grid).representative_point()
        asked = WhoAnswers(lon=inside.x, lat=inside.y, at=datetime(2020, 6, 15, tzinfo=UTC))
        told = await operator.ask(asked, "operator", UNKNOWN, Answerable)
        assert told.areas == (grid.id, village.id, "360222100000", *reversed(above))
        assert told.posts[0].id == f"{grid.id}-resource-supervisor"

        provisioner = await nats.connect(bus.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
        stream = provisioner.jetstream(timeout=5)

        divisions = [area for area in some if area.kind is AreaKind.DIVISION]

        async def all_told():
            return (await stream.stream_info("ROSTER")).state.messages == len(some) + len(divisions) + len(theirs)

        await until(all_told)
        last = await stream.get_last_msg("ROSTER", "roster.post.v1.36.02.22.000.000.360222000000-chief")
        assert json.loads(last.data)["post"]["appointments"][0]["person"]["name"] == "浮梁县林长"
        await provisioner.close()
