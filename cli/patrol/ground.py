"""Work on the ground: plots of dead pines, and what stations report."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from cli.case.asking import DAY, help_of, said_of
from cli.patrol.asking import asked_as
from cli.region import Region, answer_in
from cli.say import data, say, table, talk
from cli.session import As, BusOption, HomeOption, JsonOption, run
from contracts.language.command import OPERATOR
from contracts.language.message import Command
from contracts.patrol import (
    EnrolPlots,
    ListOutreach,
    ListPlots,
    ListStationReports,
    OutreachShown,
    PlotShown,
    PlotsShown,
    PlotState,
    RecordClearance,
    RecordDispute,
    RecordOutreach,
    ReportStation,
    StateNaturalForest,
    StationReportsShown,
    TakeFirstStep,
    VerifyClearance,
)

app = typer.Typer(no_args_is_help=True)
_CALLED: dict[type[Command], str] = {
    EnrolPlots: "enrol-plots",
    RecordClearance: "clear",
    VerifyClearance: "verify-clearance",
    StateNaturalForest: "natural-forest",
    ReportStation: "station",
    RecordOutreach: "outreach",
    RecordDispute: "dispute",
    TakeFirstStep: "first-step",
}


@app.command("plots", help=help_of(ListPlots))
@run
async def plots(
    region: Region = None,
    id: Annotated[str | None, typer.Option("--id", help=said_of(PlotShown, "plot"))] = None,
    state: Annotated[PlotState | None, typer.Option(help=said_of(ListPlots, "state"))] = None,
    after: Annotated[str | None, typer.Option(help=said_of(ListPlots, "after"))] = None,
    limit: Annotated[int, typer.Option(help=said_of(ListPlots, "limit"))] = 100,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ListPlots(id=id, state=state, after=after, limit=limit)
    listed = await answer_in(region, asked, PlotsShown, actor, bus, home)
    if as_json:
        data(listed)
        return 0
    heads = ("plot", "place", "days", "trees", "found", "felled", "treated", "verified", "state", "natural_forest")
    table(None, [say(f"patrol.{head}") for head in heads], map(_plot, listed.plots))
    talk("patrol.plots_listed", count=len(listed.plots), total=listed.total, **_counts(listed))
    return 0


def _counts(listed: PlotsShown) -> dict[str, int]:
    return {"trees": listed.trees, "treated": listed.done.treated, "verified": listed.done.verified}


def _plot(one: PlotShown) -> tuple[Any, ...]:
    plot, done = one.plot, one.done
    days = f"{plot.first} — {one.due_on}"
    state = say(f"patrol.plot_{'overdue' if one.overdue else one.state}")
    share = f" {one.natural_share:.0%}" if one.natural_share else ""
    natural = say(f"patrol.natural_{one.on_natural_forest}") + share
    return plot.id, plot.place, days, plot.trees, done.found, done.felled, done.treated, done.verified, state, natural


@app.command("station-reports", help=help_of(ListStationReports))
@run
async def station_reports(
    region: Region = None,
    post_id: Annotated[str | None, typer.Option("--post-id", help=said_of(ListStationReports, "post_id"))] = None,
    first: Annotated[datetime | None, typer.Option(formats=[DAY], help=said_of(ListStationReports, "first"))] = None,
    last: Annotated[datetime | None, typer.Option(formats=[DAY], help=said_of(ListStationReports, "last"))] = None,
    after: Annotated[str | None, typer.Option(help=said_of(ListStationReports, "after"))] = None,
    limit: Annotated[int, typer.Option(help=said_of(ListStationReports, "limit"))] = 100,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    days = {"first": first.date() if first else None, "last": last.date() if last else None}
    asked = ListStationReports.model_validate({"post_id": post_id, "after": after, "limit": limit, **days})
    listed = await answer_in(region, asked, StationReportsShown, actor, bus, home)
    if as_json:
        data(listed)
        return 0
    rows = [
        (str(one.on), one.post_id, say("patrol.nil") if one.nil else len(one.incidents), one.text)
        for one in listed.reports
    ]
    table(None, [say(f"patrol.{head}") for head in ("day", "post", "finds", "said")], rows)
    talk("patrol.reports_listed", count=len(rows))
    return 0


@app.command("outreach-list", help=help_of(ListOutreach))
@run
async def outreach_list(
    year: Annotated[int, typer.Option(help=said_of(ListOutreach, "year"))],
    region: Region = None,
    limit: Annotated[int, typer.Option(help=said_of(ListOutreach, "limit"))] = 100,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    listed = await answer_in(region, ListOutreach(year=year, limit=limit), OutreachShown, actor, bus, home)
    if as_json:
        data(listed)
        return 0
    rows = [(str(one.on), one.place, "、".join(one.topics), one.households, one.materials) for one in listed.outreach]
    table(None, [say(f"patrol.{head}") for head in ("day", "place", "topics", "households", "materials")], rows)
    disputes = [
        (str(one.on), one.about, one.way, "、".join(one.parties) or "-", say(f"patrol.settled_{one.settled}".lower()))
        for one in listed.disputes
    ]
    if disputes:
        table(None, [say(f"patrol.{head}") for head in ("day", "about", "handled", "parties", "state")], disputes)
    totals, settled = listed.activities, listed.settled
    talk("patrol.outreach_listed", activities=totals.activities, households=totals.households,
         disputes=settled.disputes, settled=settled.settled)  # fmt: skip
    return 0


for _command, _called in _CALLED.items():
    asked_as(app, _command, _called)
