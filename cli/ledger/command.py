"""`linzhang ledger`: old ledgers in from Excel, the equation on the screen, Excel and PDF out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from xlsxwriter.exceptions import FileCreateError

from cli import rules
from cli.case.command import Which, campaign_word, found
from cli.given_file import BadFile, why
from cli.ledger.document import plain
from cli.ledger.excel import write_ledger
from cli.ledger.old_ledger_import import import_ledger
from cli.ledger.print import NoFont, ledger_pdf, letter_pdf
from cli.region import Region, region_of
from cli.say import data, either, say, table, talk, word
from cli.session import As, BusOption, HomeOption, JsonOption, run, session
from clients.python.bus import Bus
from contracts.cases import (
    Balance,
    Case,
    CaseKind,
    CaseList,
    CaseState,
    History,
    LetterShown,
    ListCases,
    PublishSheet,
    Sheet,
    ShowHistory,
    ShowLetter,
    ShowSheet,
    ShowWords,
    Vocabulary,
)
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.values import SHANGHAI

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
    first = after.date() if after else date(max(last.year - 1, 1), 12, 31)
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
    division = await region_of(actor, region, bus, home)
    async with session(actor, bus, home) as asking:
        told = await asking.ask(asked, actor, division, Sheet)
        await _show(asking, actor, division, told, as_json)
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
    division = await region_of(actor, region, bus, home)
    async with session(actor, bus, home) as asking:
        told = await asking.ask(asked, actor, division, Sheet)
        await _show(asking, actor, division, told, as_json)
    return 0


def _instant(stated: str | None) -> datetime | None:
    if stated is None:
        return None
    try:
        at = datetime.fromisoformat(stated)
    except ValueError:
        raise typer.BadParameter(rules.stated("datetime_parsing"), param_hint="--cutoff") from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


async def _show(asking: Bus, actor: str, division: Division, shown: Sheet, as_json: bool) -> None:
    if as_json:
        data(shown)
        return
    named = await asking.ask(ShowWords(), actor, division, Vocabulary)
    campaign = campaign_word(shown.campaign, named) if shown.campaign else say("ledger.all_campaigns")
    kind = word("kind", shown.kind) if shown.kind else say("ledger.all_kinds")
    cutoff = f"{shown.cutoff.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    scope = " · ".join([campaign, shown.division, kind])
    talk("ledger.sheet_title", scope=scope, after=shown.after, to=shown.to, cutoff=cutoff)
    parts = {"relapsed": ("reason", shown.relapsed_by_reason), "closed": ("route", shown.closed_by_route)}
    rows: list[tuple[str, int]] = []
    for line in Balance.model_fields:
        rows.append((say(f"ledger.{line}"), getattr(shown.balance, line)))
        of, counts = parts.get(line, ("", {}))
        rows += [(f"    {word(of, name)}", count) for name, count in counts.items()]
    table(None, (say("ledger.line"), say("ledger.cases")), rows)
    share = shown.share
    threshold = say("ledger.no_threshold")
    if share.threshold_percent is not None:
        by = {"due_on": share.threshold_due_on, "source": _source(shown)}
        threshold = say("ledger.threshold", percent=plain(share.threshold_percent), **by)
    percent = "-" if share.percent is None else f"{plain(share.percent)} %"
    about = {"rectified": share.rectified, "counted": share.counted, "problems": share.problems}
    talk("ledger.share", percent=percent, threshold=threshold, **about)
    asked = ListCases(campaign=shown.campaign, kind=shown.kind, state=CaseState.REGISTERED, limit=1)
    waiting = (await asking.ask(asked, actor, division, CaseList)).total
    if waiting:
        talk("case.waiting", count=waiting)


def _source(shown: Sheet) -> str:
    """A source is stated as `中文 / English`, where it has both."""
    chinese, _, english = (shown.share.threshold_source or "-").partition(" / ")
    return either(chinese, english or chinese)


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
def _said_plainly(file: Path) -> Iterator[None]:
    """A font that is missing, or a file that cannot be written, is one line for the person."""
    try:
        yield
    except NoFont as error:
        raise typer.BadParameter(str(error)) from None
    except (FileCreateError, OSError) as error:
        # The writer of workbooks wraps what the operating system says.
        cause = error if isinstance(error, OSError) else error.args[0]
        raise BadFile(why(cause, file)) from None


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
        shown, cases, named = await _ledger(asking, actor, await region_of(actor, region, bus, home), scope)
    with _said_plainly(file):
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
        shown, cases, named = await _ledger(asking, actor, await region_of(actor, region, bus, home), scope)
    with _said_plainly(file):
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
    contact: Annotated[str | None, typer.Option(help=say("help.ledger_letter_contact"))] = None,
    region: Region = None,
    font: Font = None,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    division = await region_of(actor, region, bus, home)
    async with session(actor, bus, home) as asking:
        case_id = await found(asking, actor, division, case)
        history = await asking.ask(ShowHistory(case_id=case_id), actor, division, History)
        if letter not in (known := [one.id for one in history.letters]):
            raise typer.BadParameter(say("ledger.no_letter", case=case, known="、".join(map(str, known))))
        shown = await asking.ask(ShowLetter(case_id=case_id, letter_id=letter), actor, division, LetterShown)
    with _said_plainly(file):
        file.write_bytes(letter_pdf(history.case, shown, contact, font))
    return 0
