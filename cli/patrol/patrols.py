"""Patrols: planned, begun and ended, how each stands, what was measured, and appeals against verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from cli.case.asking import DAY, help_of, said_of
from cli.patrol.asking import asked_as, id_of
from cli.region import Region, answer_in
from cli.say import data, say, table, talk
from cli.session import As, BusOption, HomeOption, JsonOption, run
from contracts.language.command import OPERATOR
from contracts.language.message import Command
from contracts.language.values import SHANGHAI
from contracts.patrol import (
    AbandonPatrol,
    AppealVerdict,
    BeginPatrol,
    DecideAppeal,
    EndPatrol,
    ListPatrols,
    Patrol,
    PatrolShown,
    PatrolsShown,
    PatrolState,
    PausePatrol,
    PlanPatrol,
    ResumePatrol,
    ShowPatrol,
    VerdictState,
)

app = typer.Typer(no_args_is_help=True)
_CALLED: dict[type[Command], str] = {
    PlanPatrol: "plan-patrol",
    BeginPatrol: "begin",
    PausePatrol: "pause",
    ResumePatrol: "resume",
    EndPatrol: "end",
    AbandonPatrol: "abandon",
    AppealVerdict: "appeal",
    DecideAppeal: "decide",
}
NOTHING = "-"


@app.command("list", help=help_of(ListPatrols))
@run
async def list_patrols(
    region: Region = None,
    post_id: Annotated[str | None, typer.Option("--post-id", help=said_of(ListPatrols, "post_id"))] = None,
    state: Annotated[PatrolState | None, typer.Option(help=said_of(ListPatrols, "state"))] = None,
    verdict: Annotated[VerdictState | None, typer.Option(help=said_of(ListPatrols, "verdict"))] = None,
    on: Annotated[datetime | None, typer.Option(formats=[DAY], help=said_of(ListPatrols, "on"))] = None,
    appealed: Annotated[bool, typer.Option("--appealed", help=said_of(ListPatrols, "appealed"))] = False,
    limit: Annotated[int, typer.Option(help=said_of(ListPatrols, "limit"))] = 50,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    day = on.date() if on else None
    asked = ListPatrols(post_id=post_id, state=state, verdict=verdict, on=day, appealed=appealed, limit=limit)
    listed = await answer_in(region, asked, PatrolsShown, actor, bus, home)
    if as_json:
        data(listed)
        return 0
    heads = ("post", "walker", "begun", "state", "minutes", "metres", "verdict", "id")
    table(None, [say(f"patrol.{head}") for head in heads], map(_row, listed.patrols))
    talk("patrol.patrols_listed", count=len(listed.patrols))
    return 0


def _row(one: Patrol) -> tuple[Any, ...]:
    found = one.verdict.measured
    return (
        one.post_id,
        one.person.name if one.person else NOTHING,
        _time(one.started_at) if one.started_at else str(one.planned_on or NOTHING),
        say(f"patrol.state_{one.state}"),
        found.minutes if found else NOTHING,
        found.metres if found else NOTHING,
        say(f"patrol.verdict_{one.verdict.state}"),
        str(one.id),
    )


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else NOTHING


@app.command("show", help=help_of(ShowPatrol))
@run
async def show_patrol(
    patrol_id: Annotated[str, typer.Argument(help=said_of(ShowPatrol, "patrol_id"))],
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    region: Region = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ShowPatrol(patrol_id=await id_of(patrol_id))
    shown = await answer_in(region, asked, PatrolShown, actor, bus, home)
    if as_json:
        data(shown)
        return 0
    table(None, (say("patrol.what"), say("patrol.is")), list(_lines(shown.patrol)))
    return 0


def _lines(one: Patrol) -> Iterator[tuple[str, str]]:
    verdict, found = one.verdict, one.verdict.measured
    yield say("patrol.post"), one.post_id
    yield say("patrol.walker"), one.person.name if one.person else NOTHING
    yield say("patrol.state"), say(f"patrol.state_{one.state}")
    yield say("patrol.begun"), f"{_time(one.started_at)} — {_time(one.ended_at)}"
    yield say("patrol.verdict"), say(f"patrol.verdict_{verdict.state}")
    if verdict.rule:
        yield say("patrol.rule"), f"{verdict.rule} ({verdict.version})：{verdict.source}"
    for lacks in verdict.lacking:
        yield say("patrol.lacks"), say(f"patrol.lacks_{lacks.what}", found=f"{lacks.found:g}", least=f"{lacks.least:g}")
    if found:
        for name in ("minutes", "metres", "ground_metres", "stops", "stopped_minutes", "fixes", "own_share"):
            yield say(f"patrol.{name}"), str(getattr(found, name))
        yield say("patrol.grids"), "、".join(found.grids) or NOTHING
        yield say("patrol.reached"), f"{len(found.points)}/{len(one.to_reach)}"
    for remark in one.remarks:
        yield say("patrol.said"), f"{_time(remark.at)} {remark.text}"
    if one.text:
        yield say("patrol.said"), one.text
    for item in one.items:
        yield say("patrol.looked_at"), f"{item.item}：{item.finding or say('patrol.in_order')}"
    if one.visited:
        yield say("patrol.visited"), "、".join(f"{its.kind} {its.count}" for its in one.visited)
    if one.photos:
        yield say("patrol.photos"), str(len(one.photos))
    for sign in verdict.suspicions:
        yield say("patrol.suspicion"), f"{say(f'patrol.sign_{sign.kind}')}：{sign.value} {sign.alike or ''}"
    if verdict.appeal:
        appeal = verdict.appeal
        decided = f"；{appeal.decided_by}：{appeal.decided_reason}" if appeal.decided_by else ""
        yield say(f"patrol.appeal_{appeal.state}"), f"{appeal.by}：{appeal.reason}{decided}"


for _command, _called in _CALLED.items():
    asked_as(app, _command, _called)
