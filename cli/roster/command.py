"""`linzhang roster`: enrol what stands in the registers, look it up, renew a board, record a step of a breeder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from cli.case.asking import DAY, evidence
from cli.given_file import json_of, refuse
from cli.patrol.asking import asked_as
from cli.region import Region, answer_in, region_of
from cli.roster import posts
from cli.roster.enrolling import enrol_all, read_entries
from cli.roster.register_sheets import app_of
from cli.rules import field_and_rule, say_wrong
from cli.say import data, either, say, table, talk, word
from cli.session import As, BusOption, HomeOption, JsonOption, run, session
from clients.python.refused import BusError
from contracts.language.command import OPERATOR
from contracts.language.message import Command
from contracts.language.terms import term
from contracts.roster import (
    COLUMNS,
    KEPT,
    Board,
    Breeder,
    FindingsPage,
    FindingState,
    ListFindings,
    ListRegister,
    ListStandIns,
    RecordBreederStep,
    Register,
    RegisterPage,
    RenewBoard,
    StandIn,
)

app = typer.Typer(no_args_is_help=True)
asked_as(app, StandIn, "stand-in")
asked_as(app, ListStandIns, "stand-ins")
app.add_typer(posts.app, name="posts", help=say("help.posts"))
for kept in KEPT:
    app.add_typer(app_of(kept), name=kept.value, help=either(term("register", kept), term("register", kept, "en")))

Which = Annotated[Register, typer.Argument(help=say("help.register"))]
Limit = Annotated[int, typer.Option(min=1, max=100, help=say("help.limit"))]


class NoSuchEntry(BusError):
    """A register has no entry of that id."""

    key = "roster.unknown"


@app.command("list", help=say("help.roster_list"))
@run
async def list_register(
    register: Which,
    region: Region = None,
    after: Annotated[str | None, typer.Option(help=say("help.after"))] = None,
    limit: Limit = 50,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ListRegister(in_register=register, after=after, limit=limit)
    page = await answer_in(region, asked, RegisterPage, actor, bus, home)
    if as_json:
        data(page)
        return 0
    about = COLUMNS[register]
    named = {one.field: either(one.zh, one.en) for one in about.columns}
    entries = getattr(page, KEPT[register].entries_field)
    rows = [tuple(_at(entry, field) for field in about.listed) for entry in entries]
    table(None, [named[field] for field in about.listed], rows)
    talk("roster.listed", total=page.total, shown=len(entries))
    if page.after is not None:
        talk("roster.more", after=page.after)
    return 0


@app.command("show", help=say("help.roster_show"))
@run
async def show(
    register: Which,
    entry: Annotated[str, typer.Argument(help=say("help.entry"))],
    region: Region = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ListRegister(in_register=register, id=entry)
    page = await answer_in(region, asked, RegisterPage, actor, bus, home)
    found = getattr(page, KEPT[register].entries_field)
    if not found:
        raise NoSuchEntry(register=word("register", register), id=entry)
    _show(register, found[0], as_json)
    return 0


@app.command("enrol", help=say("help.roster_enrol"))
@run
async def enrol(
    register: Which,
    file: Annotated[Path, typer.Argument(help=say("help.entries_file"))],
    region: Region = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Good entries are enrolled; each bad one is named by its number in the file, field and rule."""
    stated = json_of(file)
    if not isinstance(stated, list):
        refuse(file, "roster.not_list")
    good, wrong = read_entries(register, stated)
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        changed, refused = await enrol_all(asking, actor, division, register, good)
    wrong = sorted([*wrong, *refused])
    if as_json:
        data({"read": len(stated), "changed": changed, "wrong": wrong})
    else:
        talk("roster.enrolled", read=len(stated), changed=changed, wrong=len({row for row, _, _ in wrong}))
        if wrong:
            table(None, (say("row"), say("field"), say("rule")), wrong)
    return 1 if wrong else 0


@app.command("columns", help=say("help.roster_columns"))
def columns(register: Which, as_json: JsonOption = False) -> None:
    about = COLUMNS[register].columns
    if as_json:
        data([one.model_dump() for one in about])
        return
    rows = [
        (f"{one.field}.{below.field}" if below else one.field, either(part.zh, part.en), part.type)
        for one in about
        for below in (None, *one.columns)
        for part in (below or one,)
    ]
    table(None, [say(f"roster.{head}") for head in ("field", "header", "type")], rows)


@app.command("findings", help=say("help.roster_findings"))
@run
async def findings(
    region: Region = None,
    register: Annotated[Register | None, typer.Option(help=say("help.register"))] = None,
    state: Annotated[FindingState | None, typer.Option(help=say("roster.state"))] = None,
    limit: Limit = 50,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ListFindings(in_register=register, state=state, limit=limit)
    page = await answer_in(region, asked, FindingsPage, actor, bus, home)
    if as_json:
        data(page)
        return 0
    heads = [say(f"roster.{head}") for head in ("finding", "what", "said", "found_on", "due_on", "state", "office")]
    rows = [
        (
            word("finding", one.rule),
            one.what,
            one.said,
            one.found_on,
            one.due_on or "-",
            word("finding_state", one.state),
            one.office.name if one.office else "-",
        )
        for one in page.findings
    ]
    table(None, heads, rows)
    talk("roster.listed", total=page.total, shown=len(page.findings))
    return 0


@app.command("renew-board", help=say("help.roster_renew"))
@run
async def renew_board(
    board: Annotated[str, typer.Argument(help=say("help.entry"))],
    content: Annotated[Path, typer.Option(help=say("help.content_file"))],
    photo: Annotated[Path, typer.Option(help=say("help.photo"))],
    on: Annotated[datetime, typer.Option(formats=[DAY], help=say("help.confirmed_on"))],
    region: Region = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    stated = {"board_id": board, "content": _object(content), "photo": evidence(photo), "confirmed_on": on.date()}
    asked = _command(RenewBoard, stated)
    _show(Register.BOARD, await answer_in(region, asked, Board, actor, bus, home), as_json)
    return 0


@app.command("breeder-step", help=say("help.roster_step"))
@run
async def breeder_step(
    breeder: Annotated[str, typer.Argument(help=say("help.entry"))],
    file: Annotated[Path, typer.Argument(help=say("help.step_file"))],
    region: Region = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = _command(RecordBreederStep, {"breeder_id": breeder, "step": _object(file)})
    _show(Register.BREEDER, await answer_in(region, asked, Breeder, actor, bus, home), as_json)
    return 0


def _show(register: Register, entry: Any, as_json: bool) -> None:
    if as_json:
        data(entry)
        return
    rows: list[tuple[str, str]] = []
    for column in COLUMNS[register].columns:
        if column.type != "list":
            rows.append((either(column.zh, column.en), _at(entry, column.field)))
            continue
        for part in _within(entry, column.field):
            said = [(either(one.zh, one.en), _at(part, one.field)) for one in column.columns]
            rows.append((either(column.zh, column.en), "；".join(f"{name} {it}" for name, it in said if it != "-")))
    table(None, ("", ""), rows)


def _at(entry: Any, path: str) -> str:
    """What stands at a dotted path, as people read it."""
    found = _within(entry, path)
    if isinstance(found, Sequence) and not isinstance(found, str):
        return "、".join(map(str, found)) or "-"
    return "-" if found is None else str(found)


def _within(entry: Any, path: str) -> Any:
    for name in path.split("."):
        entry = getattr(entry, name, None)
    return entry


def _object(file: Path) -> dict[str, Any]:
    found = json_of(file)
    if not isinstance(found, dict):
        refuse(file, "roster.not_object")
    return found


def _command(command: type[Command], stated: dict[str, Any]) -> Command:
    """A command as its contract has it; what breaks it is said field by field, and nothing is asked."""
    try:
        return command.model_validate(stated, extra="forbid")
    except ValidationError as error:
        say_wrong(*map(field_and_rule, error.errors()), of=command)
        raise SystemExit(2) from None
