"""Takes forest land, and shows how areas are covered."""

from __future__ import annotations

from contracts.language.command import Done
from contracts.language.rules import Wrong, broken
from contracts.roster import (
    CoverageShown,
    EnrolForestLand,
    ForestLandKnown,
    ForestLandStated,
    ShowCoverage,
)
from services.roster.area import store as area_store
from services.roster.area.area import boundary_problem, mu_enclosed
from services.roster.coverage import store
from services.roster.statement import require_lawful
from services.runtime.messages import Answer, Ask
from services.runtime.reference.ground import drawn
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(EnrolForestLand)
async def enrol_forest_land(tx: Transaction, ask: Ask[EnrolForestLand]) -> Answer:
    ask.require_operator()
    stated = ask.command.lands
    await area_store.take_turn(tx)
    areas = await area_store.areas(tx, [one.area_id for one in stated])
    wrong = []
    for n, one in enumerate(stated):
        problem = boundary_problem(one.boundary)
        if one.area_id not in areas:
            wrong.append(Wrong(field=f"lands.{n}.area_id", rule=broken("enrolled_area", area=one.area_id)))
        elif problem is not None:
            wrong.append(Wrong(field=f"lands.{n}.{problem[0]}", rule=problem[1]))
        else:
            ask.require_within(areas[one.area_id].division)
    require_lawful("areas", wrong)
    before = await store.lands(tx, stated)
    changed = list(
        {(one.area_id, one.year): one for one in stated if one != before.get((one.area_id, one.year))}.values()
    )
    if not changed:
        return Answer(Done(changed=0))
    await store.save_lands(tx, changed)
    await store.look_again(tx, [one.area_id for one in changed])
    told = [
        ForestLandKnown(
            area_id=one.area_id,
            division=areas[one.area_id].division,
            year=one.year,
            source=one.source,
            size_mu=mu_enclosed(drawn(one.boundary).geoms),
        )
        for one in changed
    ]
    return Answer(Done(changed=len(changed)), [ForestLandStated(land=one) for one in told])


@room.answers(ShowCoverage)
async def show_coverage(tx: Transaction, ask: Ask[ShowCoverage]) -> Answer:
    asked = ask.command
    found = await store.page(tx, ask.division.significant, asked.after or "", asked.limit)
    gaps = await store.open_gaps(tx, [one.area_id for one in found])
    shown = tuple(gap.model_copy(update={"shape": None}) for gap in gaps)
    after = found[-1].area_id if len(found) == asked.limit else None
    return Answer(CoverageShown(areas=tuple(found), gaps=shown, after=after))
