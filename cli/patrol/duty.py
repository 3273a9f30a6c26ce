"""What posts must walk and how it stands; patrols recorded, ordered and planned."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from cli.case.asking import DAY, help_of, said_of
from cli.patrol.asking import asked_as
from cli.region import Region, answer_in
from cli.say import data, either, say, table, talk
from cli.session import As, BusOption, HomeOption, JsonOption, run
from contracts.language.command import OPERATOR
from contracts.language.message import Command
from contracts.patrol import (
    DutiesShown,
    DutyShown,
    DutyState,
    ExcuseDuty,
    ListDuties,
    OrderPatrol,
    PatrolPlanShown,
    RecordPatrol,
    SetPatrolPlan,
    ShowPatrolPlan,
    StateCondition,
)

app = typer.Typer(no_args_is_help=True)
_CALLED: dict[type[Command], str] = {
    ExcuseDuty: "excuse",
    RecordPatrol: "record",
    OrderPatrol: "order",
    StateCondition: "condition",
    SetPatrolPlan: "set-plan",
}


@app.command("duties", help=help_of(ListDuties))
@run
async def duties(
    region: Region = None,
    post_id: Annotated[str | None, typer.Option("--post-id", help=said_of(ListDuties, "post_id"))] = None,
    state: Annotated[DutyState | None, typer.Option(help=said_of(ListDuties, "state"))] = None,
    on: Annotated[datetime | None, typer.Option(formats=[DAY], help=said_of(ListDuties, "on"))] = None,
    limit: Annotated[int, typer.Option(help=said_of(ListDuties, "limit"))] = 100,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ListDuties(post_id=post_id, state=state, on=on.date() if on else None, limit=limit)
    listed = await answer_in(region, asked, DutiesShown, actor, bus, home)
    if as_json:
        data(listed)
        return 0
    heads = ("post", "duty", "days", "done", "state", "id")
    table(None, [say(f"patrol.{head}") for head in heads], map(_row, listed.duties))
    talk("patrol.listed", count=len(listed.duties))
    return 0


def _row(one: DutyShown) -> tuple[Any, ...]:
    duty = one.duty
    name, days = either(duty.name, duty.name_en), f"{duty.first} — {duty.last}"
    if one.order is not None:
        name += f"：{one.order.number}　{one.order.text or ''}".rstrip()
    state = say(f"patrol.{one.state}") + (f"：{one.reason}" if one.reason else "")
    return duty.post_id, name, days, f"{one.done}/{duty.count}", state, str(duty.id)


@app.command("plan", help=help_of(ShowPatrolPlan))
@run
async def plan(
    post_id: Annotated[str, typer.Option("--post-id", help=said_of(ShowPatrolPlan, "post_id"))],
    year: Annotated[int, typer.Option(help=said_of(ShowPatrolPlan, "year"))],
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    region: Region = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ShowPatrolPlan(post_id=post_id, year=year)
    shown = await answer_in(region, asked, PatrolPlanShown, actor, bus, home)
    if as_json:
        data(shown)
        return 0
    rows = [
        (
            one.stop.id,
            one.stop.place,
            f"{one.stop.first} — {one.stop.last}",
            "、".join(one.stop.topics),
            len(one.patrols) or say("patrol.overdue" if one.overdue else "patrol.none"),
        )
        for one in shown.stops
    ]
    table(None, [say(f"patrol.{head}") for head in ("stop", "place", "days", "topics", "patrols")], rows)
    return 0


for _command, _called in _CALLED.items():
    asked_as(app, _command, _called)
