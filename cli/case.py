"""`linzhang case`: look at cases and move them, as the office, the unit or the acceptor."""

from __future__ import annotations

import hashlib
import mimetypes
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from cli.bus import Bus
from cli.say import data, say, table, talk
from cli.session import BusOption, HomeOption, JsonOption, home_at, run, session
from contracts.cases import Case, CaseState
from contracts.commands import (
    OPERATOR,
    AcceptCase,
    AssignCase,
    CaseCommand,
    CaseList,
    CloseCase,
    DismissCase,
    ListCases,
    SendBackCase,
    ShowCase,
    StartCase,
    SubmitCase,
    VerifyCase,
)
from contracts.division import UNKNOWN, Division
from contracts.incident import Evidence, IncidentKind
from contracts.values import SHANGHAI, UnitRef
from deploy.nats.accounts import Official

app = typer.Typer(no_args_is_help=True)

Which = Annotated[str, typer.Argument(metavar="CASE", help=say("help.case_which"))]
As = Annotated[str, typer.Option("--as", help=say("help.actor"))]
Region = Annotated[str | None, typer.Option("--region", help=say("help.region"))]


def division_of(region: str | None) -> Division:
    """`360222` as a division. Raises typer.BadParameter."""
    try:
        return Division((region or "").ljust(12, "0"))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _region_of(actor: str, region: str | None, home: Path | None) -> Division:
    """The division on whose subject an official asks: what is stated, else its own."""
    if region is not None or actor == OPERATOR:
        return division_of(region)
    for outsider in home_at(home).outsiders():
        if isinstance(outsider, Official) and outsider.name == actor:
            return outsider.division
    return UNKNOWN


async def _found(bus: Bus, actor: str, division: Division, which: str) -> UUID:
    """The id of a case that is named by its id or its number."""
    try:
        return UUID(which)
    except ValueError:
        pass
    found = await bus.ask(ListCases(number=which), actor, division, CaseList)
    if not found.cases:
        raise typer.BadParameter(say("case.unknown", which=which))
    return UUID(found.cases[0].ref.id)


def _show(case: Case, as_json: bool) -> None:
    if as_json:
        data(case)
        return
    holders = "，".join(p.holder.name if p.holder else say("case.vacant", unit=p.unit.name) for p in case.answerable)
    rows: list[tuple[str, Any]] = [
        ("number", case.ref.number),
        ("id", case.ref.id),
        ("state", say(f"state.{case.state}")),
        ("kind", f"{case.kind} · {case.severity}"),
        ("place", case.place),
        ("text", case.text),
        ("seen_at", _local(case.seen_at)),
        ("office", case.office.name),
        ("unit", case.unit.name if case.unit else "-"),
        ("owner", f"{case.owner.unit.name} · {case.owner.due_on}" if case.owner else "-"),
        ("answerable", holders),
        ("rectified_by", case.rectified_by or "-"),
        ("accepted_by", case.accepted_by or "-"),
        ("weight", case.weight),
    ]
    table(None, ("", ""), [(say(f"case.{name}"), str(value)) for name, value in rows])


def _local(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@app.command("list", help=say("help.case_list"))
@run
async def list_cases(
    region: Region = None,
    state: Annotated[CaseState | None, typer.Option()] = None,
    kind: Annotated[IncidentKind | None, typer.Option()] = None,
    overdue: Annotated[bool | None, typer.Option("--overdue/--in-time")] = None,
    limit: int = 50,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ListCases(state=state, kind=kind, overdue=overdue, limit=limit)
    async with session(actor, bus, home) as asking:
        found = await asking.ask(asked, actor, _region_of(actor, region, home), CaseList)
    if as_json:
        data(found)
        return 0
    heads = [say(f"case.{name}") for name in ("number", "state", "kind", "place", "owner", "due_on")]
    rows = [
        (
            case.ref.number,
            say(f"state.{case.state}"),
            case.kind.value,
            case.place,
            case.owner.unit.name if case.owner else "-",
            case.owner.due_on if case.owner else "-",
        )
        for case in found.cases
    ]
    table(None, heads, rows)
    talk("case.listed", shown=len(found.cases), total=found.total)
    return 0


@app.command("show", help=say("help.case_show"))
@run
async def show(
    case: Which,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    region: Region = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    division = _region_of(actor, region, home)
    async with session(actor, bus, home) as asking:
        case_id = await _found(asking, actor, division, case)
        _show(await asking.ask(ShowCase(case_id=case_id), actor, division, Case), as_json)
    return 0


async def _move(
    which: str,
    command: type[CaseCommand],
    actor: str,
    bus: str | None,
    home: Path | None,
    as_json: bool,
    region: str | None = None,
    **said: Any,
) -> int:
    division = _region_of(actor, region, home)
    async with session(actor, bus, home) as asking:
        case_id = await _found(asking, actor, division, which)
        _show(await asking.ask(command(case_id=case_id, **said), actor, division, Case), as_json)
    return 0


def _plain_move(name: str, command: type[CaseCommand]) -> None:
    @app.command(name, help=say(f"help.case_{command.parts()[1]}"))
    @run
    async def move(
        case: Which,
        actor: As,
        as_json: JsonOption = False,
        region: Region = None,
        bus: BusOption = None,
        home: HomeOption = None,
    ) -> int:
        return await _move(case, command, actor, bus, home, as_json, region)


def _reasoned_move(name: str, command: type[CaseCommand]) -> None:
    @app.command(name, help=say(f"help.case_{command.parts()[1]}"))
    @run
    async def move(
        case: Which,
        actor: As,
        reason: Annotated[str, typer.Option()],
        as_json: JsonOption = False,
        region: Region = None,
        bus: BusOption = None,
        home: HomeOption = None,
    ) -> int:
        return await _move(case, command, actor, bus, home, as_json, region, reason=reason)


for _command in (VerifyCase, StartCase, AcceptCase, CloseCase):
    _plain_move(_command.parts()[1], _command)
_reasoned_move("dismiss", DismissCase)
_reasoned_move("send-back", SendBackCase)


@app.command("assign", help=say("help.case_assign"))
@run
async def assign(
    case: Which,
    actor: As,
    unit: Annotated[str, typer.Option(help=say("help.unit"))],
    due_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])],
    as_json: JsonOption = False,
    region: Region = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    day: date = due_on.date()
    # The name is filled in from the roster by whoever answers.
    return await _move(
        case, AssignCase, actor, bus, home, as_json, region, unit=UnitRef(id=unit, name=unit), due_on=day
    )


@app.command("submit", help=say("help.case_submit"))
@run
async def submit(
    case: Which,
    actor: As,
    measures: Annotated[str, typer.Option(help=say("help.measures"))],
    evidence: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help=say("help.evidence"))],
    as_json: JsonOption = False,
    region: Region = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    shown = tuple(_evidence(path) for path in evidence)
    return await _move(case, SubmitCase, actor, bus, home, as_json, region, measures=measures, evidence=shown)


def _evidence(path: Path) -> Evidence:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Evidence(sha256=hashlib.sha256(content).hexdigest(), media_type=media_type, size_bytes=len(content))
