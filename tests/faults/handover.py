"""Somebody else holds a post from a day that has passed already, while cases of that day are still being told."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from clients.python.bus import connected
from clients.python.refused import BusError
from contracts.language.command import OPERATOR
from contracts.roster import Appoint, Post
from tests.faults.desk import TOWN
from tests.faults.load import Handover, Load
from tests.faults.reports import CHINA
from tests.faults.rig import Rig, small_world
from tests.waiting import until

LONGEST_AGO_DAYS = 25


async def hand_over(rig: Rig, load: Load, draw: random.Random) -> None:
    """The chief of a village is another person, since some days; of a post, each handover is later than the last."""
    village = draw.choice([one.code for one in small_world() if one.parent == TOWN])
    post_id = f"{village}-village-chief"
    before = [one for one in load.ledger.handovers if one.post_id == post_id]
    n = len(load.ledger.handovers) + 1
    asked_at = datetime.now(UTC)
    held_from = (asked_at + CHINA).date() - timedelta(days=max(0, LONGEST_AGO_DAYS - 3 * len(before)))
    if before and held_from <= before[-1].held_from:
        return
    person_id = f"p-new-{n}"
    command = Appoint(post_id=post_id, person_id=person_id, person_name="新任林长", held_from=held_from)

    async def appointed() -> bool:
        try:
            async with connected(rig.cluster.direct(OPERATOR)[n % 3], OPERATOR) as operator:
                await operator.ask(command, OPERATOR, village, Post, timeout=3, message_id=f"hand-over-{n}")
        except BusError:
            return False
        return True

    # Before anybody can have heard of it: what comes of a report in between may name either.
    await until(appointed, every_s=0.2)
    await rig.drained("ROSTER")
    load.ledger.handovers.append(Handover(post_id, person_id, held_from, asked_at, datetime.now(UTC)))
