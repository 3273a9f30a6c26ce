"""`linzhang ledger`: old ledgers in from Excel, the equation on the screen, Excel and PDF out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from xlsxwriter.exceptions import FileCreateError

from cli import ledger_document
from cli.bus import Bus
from cli.case import As, Region, Which, found, region_of
from cli.ledger_excel import write_ledger
from cli.ledger_import import import_ledger
from cli.ledger_print import NoFont, ledger_pdf, letter_pdf
from cli.say import data, language_is_chinese, say, table, talk
from cli.session import BusOption, HomeOption, JsonOption, run, session
from contracts.book_commands import (
    CaseList,
    History,
    ListCases,
    PublishSheet,
    ShowHistory,
    ShowSheet,
    ShowWords,
    Vocabulary,
)
from contracts.case import Case, CaseKind
from contracts.commands import OPERATOR
from contracts.division import Division
from contracts.ledger import Balance, Sheet
from contracts.values import SHANGHAI

app = typer.Typer(no_args_is_help=True)

Campaign = Annotated[str | None, typer.Option("--campaign", help=say("help.ledger_campaign"))]
Kind = Annotated[CaseKind | None, typer.Option("--kind", help=say("help.ledger_kind"))]
After = Annotated[datetime | None, typer.Option("--after", formats=["%Y-%m-%d"], help=say("help.ledger_after"))]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help=say("help.ledger_to"))]
Cutoff = Annotated[str | None, typer.Option("--cutoff", help=say("help.ledger_cutoff"))]
Font = Annotated[str | None, typer.Option("--font", envvar="LINZHANG_FONT", help=say("help.ledger_font"))]

PAGE = 200


app.command("import", help=say("help.ledger_import"))(import_ledger)


def _scope(campaign: str | None, kind: CaseKind | None, after: datetime | None, to: datetime | None) -> dict[str, Any]:
    """What a sheet is asked for: the year up to today where no days are stated."""
    last: date = to.date() if to else datetime.now(SHANGHAI).date()
    first = after.date() if after else date(last.year, 1, 1) - timedelta(days=1)
    return {"campaign": campaign, "kind": kind, "after": first, "to": last}


@app.command("sheet", help=say("help.ledger_sheet"))
@run
async def sheet(
    campaign: Campaign = None,
    region: Region = None,
    kind: Kind = None,
    after: After = None,
    to: To = None,
    cutoff: Cutoff = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = ShowSheet(**_scope(campaign, kind, after, to), cutoff=_instant(cutoff))
    async with session(actor, bus, home) as asking:
        _show(await asking.ask(asked, actor, region_of(actor, region, home), Sheet), as_json)
    return 0


@app.command("publish", help=say("help.ledger_publish"))
@run
async def publish(
    actor: As,
    campaign: Campaign = None,
    region: Region = None,
    kind: Kind = None,
    after: After = None,
    to: To = None,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    asked = PublishSheet(**_scope(campaign, kind, after, to))
    async with session(actor, bus, home) as asking:
        _show(await asking.ask(asked, actor, region_of(actor, region, home), Sheet), as_json)
    return 0


def _instant(stated: str | None) -> datetime | None:
    if stated is None:
        return None
    try:
        at = datetime.fromisoformat(stated)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _show(shown: Sheet, as_json: bool) -> None:
    if as_json:
        data(shown)
        return
    scope = [shown.campaign or say("ledger.all_campaigns"), shown.division, shown.kind or say("ledger.all_kinds")]
    cutoff = f"{shown.cutoff.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    talk("ledger.sheet_title", scope=" · ".join(scope), after=shown.after, to=shown.to, cutoff=cutoff)
    known = ledger_document.words() if language_is_chinese() else {"reason": {}, "route": {}}
    parts = {
        "relapsed": (shown.relapsed_by_reason, known["reason"]),
        "closed": (shown.closed_by_route, known["route"]),
    }
    rows: list[tuple[str, int]] = []
    for line in Balance.model_fields:
        rows.append((say(f"ledger.{line}"), getattr(shown.balance, line)))
        counts, words = parts.get(line, ({}, {}))
        rows += [(f"    {words.get(name, name)}", count) for name, count in counts.items()]
    table(None, (say("ledger.line"), say("ledger.cases")), rows)
    share = shown.share
    threshold = say("ledger.no_threshold")
    if share.threshold_percent is not None:
        by = {"due_on": share.threshold_due_on, "source": _source(shown)}
        threshold = say("ledger.threshold", percent=share.threshold_percent, **by)
    percent = "-" if share.percent is None else f"{share.percent} %"
    about = {"rectified": share.rectified, "counted": share.counted, "problems": share.problems}
    talk("ledger.share", percent=percent, threshold=threshold, **about)


def _source(shown: Sheet) -> str:
    """A source is stated as `中文 / English`, where it has both."""
    chinese, _, english = (shown.share.threshold_source or "-").partition(" / ")
    return chinese if language_is_chinese() or not english else english


async def _ledger(
    bus: Bus, actor: str, division: Division, scope: dict[str, Any]
) -> tuple[Sheet, list[Case], Vocabulary]:
    """The sheet of a scope and all cases of it, page by page, with the names of their campaigns and causes."""
    named = await bus.ask(ShowWords(), actor, division, Vocabulary)
    shown = await bus.ask(ShowSheet(**scope), actor, division, Sheet)
    cases: list[Case] = []
    while True:
        asked = ListCases(campaign=scope["campaign"], kind=scope["kind"], limit=PAGE, offset=len(cases))
        page = await bus.ask(asked, actor, division, CaseList, timeout=30)
        cases += page.cases
        if not page.cases or len(cases) >= page.total:
            # Somebody may register a case between two pages, which then shows one line twice.
            return shown, sorted({one.ref.id: one for one in cases}.values(), key=lambda one: one.ref.number), named


@contextmanager
def _said_plainly() -> Iterator[None]:
    """A font that is missing, or a file that cannot be written, is one line for the person."""
    try:
        yield
    except (NoFont, FileCreateError, OSError) as error:
        raise typer.BadParameter(str(error)) from None


@app.command("export", help=say("help.ledger_export"))
@run
async def export(
    file: Path,
    campaign: Campaign = None,
    region: Region = None,
    kind: Kind = None,
    after: After = None,
    to: To = None,
    actor: As = OPERATOR,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    async with session(actor, bus, home) as asking:
        scope = _scope(campaign, kind, after, to)
        shown, cases, named = await _ledger(asking, actor, region_of(actor, region, home), scope)
    with _said_plainly():
        write_ledger(file, shown, cases, named)
    talk("ledger.written", file=file, cases=len(cases))
    return 0


@app.command("print", help=say("help.ledger_print"))
@run
async def print_ledger(
    file: Path,
    campaign: Campaign = None,
    region: Region = None,
    kind: Kind = None,
    after: After = None,
    to: To = None,
    font: Font = None,
    actor: As = OPERATOR,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    async with session(actor, bus, home) as asking:
        scope = _scope(campaign, kind, after, to)
        shown, cases, named = await _ledger(asking, actor, region_of(actor, region, home), scope)
    with _said_plainly():
        file.write_bytes(ledger_pdf(shown, cases, font, named))
    talk("ledger.written", file=file, cases=len(cases))
    return 0


@app.command("letter", help=say("help.ledger_letter"))
@run
async def print_letter(
    case: Which,
    letter: Annotated[UUID, typer.Argument(help=say("help.ledger_letter_id"))],
    file: Path,
    actor: As,
    number: Annotated[str | None, typer.Option(help=say("help.ledger_letter_number"))] = None,
    region: Region = None,
    font: Font = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    division = region_of(actor, region, home)
    async with session(actor, bus, home) as asking:
        case_id = await found(asking, actor, division, case)
        history = await asking.ask(ShowHistory(case_id=case_id), actor, division, History)
    wanted = next((one for one in history.letters if one.id == letter), None)
    if wanted is None:
        raise typer.BadParameter(
            say("ledger.no_letter", case=case, known="、".join(str(x.id) for x in history.letters))
        )
    with _said_plainly():
        file.write_bytes(letter_pdf(history.case, wanted, number, font))
    return 0
