"""`linzhang case`: look at cases and move them, as the office, the unit or the acceptor."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import ValidationError

from cli.case.asking import command_of, help_of, options_of, said_of
from cli.reach import Reach
from cli.region import Region, answer_in, region_of
from cli.say import data, either, say, table, talk, word
from cli.session import As, BusOption, HomeOption, JsonOption, run, session
from clients.python.bus import Bus
from clients.python.refused import BusError
from contracts.cases import (
    Case,
    CaseCommand,
    CaseKind,
    CaseList,
    CaseState,
    History,
    ImportCases,
    Letter,
    ListCases,
    PublishSheet,
    ShowCase,
    ShowHistory,
    ShowSheet,
    ShowWords,
    Vocabulary,
)
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.message import Command
from contracts.language.values import SHANGHAI
from contracts.wiring.table import COMMANDS

app = typer.Typer(no_args_is_help=True)

Which = Annotated[str, typer.Argument(metavar="CASE", help=say("help.case_which"))]


class NoSuchCase(BusError):
    """No case has that number; one of an unknown id is refused by cases with the same exit status."""

    key = "case.unknown"


async def found(bus: Bus, actor: str, division: Division, which: str) -> UUID:
    """The id of a case that is named by its id or its number."""
    try:
        return UUID(which)
    except ValueError:
        pass
    try:
        asked = ListCases(number=which)
    except ValidationError:
        raise NoSuchCase(which=which) from None
    known = await bus.ask(asked, actor, division, CaseList)
    if not known.cases:
        raise NoSuchCase(which=which)
    return UUID(known.cases[0].ref.id)


def campaign_word(campaign: str, named: Vocabulary) -> str:
    """A campaign as people know it, with its code; `daily` is what that of every year is called."""
    of, _, year = campaign.rpartition("-")
    for one in named.campaigns:
        if one.campaign in (campaign, of):
            told = either(one.words, one.words_en) + ("" if one.campaign == campaign else year)
            return f"{told}（{campaign}）"
    return campaign


def _cause_word(cause: str, named: Vocabulary) -> str:
    known = {one.cause: either(one.words, one.words_en) for one in named.causes}
    return f"{known[cause]}（{cause}）" if cause in known else cause


async def _show(asking: Bus, actor: str, division: Division, case: Case, as_json: bool) -> None:
    if as_json:
        data(case)
        return
    named = await asking.ask(ShowWords(), actor, division, Vocabulary)
    holders = "，".join(p.holder.name if p.holder else say("case.vacant", unit=p.unit.name) for p in case.answerable)
    rows: list[tuple[str, Any]] = [
        ("number", case.ref.number),
        ("id", case.ref.id),
        ("state", word("state", case.state)),
        ("kind", f"{word('kind', case.kind)} · {word('severity', case.severity)}"),
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
        ("campaign", campaign_word(case.campaign, named)),
        ("route", word("route", case.route) if case.route else "-"),
        ("cause", _cause_word(case.cause, named) if case.cause else "-"),
    ]
    table(None, ("", ""), [(say(f"case.{name}"), str(value)) for name, value in rows])


def _local(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@app.command("list", help=say("help.case_list"))
@run
async def list_cases(
    region: Region = None,
    state: Annotated[CaseState | None, typer.Option(help=said_of(ListCases, "state"))] = None,
    kind: Annotated[CaseKind | None, typer.Option(help=said_of(ListCases, "kind"))] = None,
    campaign: Annotated[str | None, typer.Option(help=said_of(ListCases, "campaign"))] = None,
    overdue: Annotated[bool | None, typer.Option("--overdue/--in-time", help=said_of(ListCases, "overdue"))] = None,
    limit: Annotated[int, typer.Option(help=said_of(ListCases, "limit"))] = 50,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ListCases(state=state, kind=kind, campaign=campaign, overdue=overdue, limit=limit)
    listed = await answer_in(region, asked, CaseList, actor, bus, home)
    if as_json:
        data(listed)
        return 0
    heads = [say(f"case.{name}") for name in ("number", "state", "kind", "place", "owner", "due_on")]
    rows = [
        (
            case.ref.number,
            word("state", case.state),
            word("kind", case.kind),
            case.place,
            case.owner.unit.name if case.owner else "-",
            case.owner.due_on if case.owner else "-",
        )
        for case in listed.cases
    ]
    table(None, heads, rows)
    talk("case.listed", shown=len(listed.cases), total=listed.total)
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
    division = await region_of(actor, region, bus, home)
    async with session(actor, bus, home) as asking:
        case_id = await found(asking, actor, division, case)
        told = await asking.ask(ShowCase(case_id=case_id), actor, division, Case)
        await _show(asking, actor, division, told, as_json)
    return 0


@app.command("history", help=say("help.case_history"))
@run
async def history(
    case: Which,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    region: Region = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    division = await region_of(actor, region, bus, home)
    async with session(actor, bus, home) as asking:
        case_id = await found(asking, actor, division, case)
        told = await asking.ask(ShowHistory(case_id=case_id), actor, division, History)
    if as_json:
        data(told)
        return 0
    heads = [say(f"case.{head}") for head in ("on", "move", "state", "by", "reason")]
    rows = [(one.on, word("move", one.move), word("state", one.after), one.by, one.reason or "") for one in told.moves]
    table(None, heads, rows)
    heads = [
        say(f"case.{head}") for head in ("on", "number", "rung", "to", "reply_due_on", "receipted", "replied", "id")
    ]
    if told.letters:
        table(say("case.letters"), heads, letter_rows(told.letters))
    return 0


def letter_rows(letters: Iterable[Letter]) -> list[tuple[Any, ...]]:
    """Letters as a history lists them, each under the number that it was issued with."""
    return [
        (
            one.issued_on,
            one.number or "-",
            word("rung", one.rung),
            one.to.name,
            one.reply_due_on,
            one.receipted_on or "-",
            one.replied_on or "-",
            one.id,
        )
        for one in letters
    ]


def _asked(command: type[Command]) -> None:
    """A command of cases as a command of the command line, its options made from its contract."""
    of_case = issubclass(command, CaseCommand)
    left_out = ("case_id",) if of_case else ()

    @run
    async def ask(
        actor: str,
        case: str = "",
        as_json: bool = False,
        region: str | None = None,
        bus: Reach | None = None,
        home: Path | None = None,
        **said: Any,
    ) -> int:
        division = await region_of(actor, region, bus, home)
        async with session(actor, bus, home) as asking:

            async def find(which: str) -> UUID:
                return await found(asking, actor, division, which)

            known = {"case_id": await find(case)} if of_case else {}
            asked = await command_of(command, said, find, **known)
            answer = await asking.ask(asked, actor, division, command.answer)
            if isinstance(answer, Case):
                await _show(asking, actor, division, answer, as_json)
            else:
                data(answer)
        return 0

    about: dict[str, Any] = {"actor": As, "as_json": JsonOption, "region": Region, "bus": BusOption, "home": HomeOption}
    empty, keyword = inspect.Parameter.empty, inspect.Parameter.KEYWORD_ONLY
    default = {"actor": empty, "as_json": False}
    own = [inspect.Parameter(n, keyword, default=default.get(n), annotation=kind) for n, kind in about.items()]
    which = [inspect.Parameter("case", keyword, annotation=Which)] if of_case else []
    parameters = [*which, *options_of(command, *left_out), *own]
    ask.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    ask.__annotations__ = {one.name: one.annotation for one in parameters}
    app.command(command.parts()[1].replace("_", "-"), help=help_of(command))(ask)


for _command in COMMANDS["cases"]:
    if _command not in (ShowCase, ShowHistory, ListCases, ImportCases, ShowSheet, PublishSheet):
        _asked(_command)
