"""What posts must walk and how it stands; patrols recorded, ordered and planned."""

from __future__ import annotations

import inspect
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from cli.case.asking import DAY, command_of, help_of, options_of, said_of
from cli.reach import Reach
from cli.region import Region, answer_in
from cli.rules import stated
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


async def _id(stated_id: str) -> UUID:
    """Raises typer.BadParameter for what is no id."""
    try:
        return UUID(stated_id)
    except ValueError:
        raise typer.BadParameter(stated("uuid")) from None


def _asked(command: type[Command], called: str) -> None:
    """A command of patrol as one of the command line, its options made from its contract."""

    @run
    async def ask(
        actor: str, region: str | None = None, bus: Reach | None = None, home: Path | None = None, **said: Any
    ) -> int:
        asked = await command_of(command, said, _id)
        data(await answer_in(region, asked, command.answer, actor, bus, home))
        return 0

    about: dict[str, Any] = {"actor": As, "region": Region, "bus": BusOption, "home": HomeOption}
    empty, keyword = inspect.Parameter.empty, inspect.Parameter.KEYWORD_ONLY
    own = [
        inspect.Parameter(name, keyword, default=empty if name == "actor" else None, annotation=kind)
        for name, kind in about.items()
    ]
    parameters = [*options_of(command), *own]
    ask.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    ask.__annotations__ = {one.name: one.annotation for one in parameters}
    app.command(called, help=help_of(command))(ask)


for _command, _called in _CALLED.items():
    _asked(_command, _called)
